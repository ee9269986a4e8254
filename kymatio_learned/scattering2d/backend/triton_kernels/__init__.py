"""The operator as a direct convolution in space, and its adjoint, for Triton.

`tables` says what the kernels read, `analysis` and `synthesis` are the kernels, on the `lanes` that
they share, and `operator` makes them operators of PyTorch.

A program computes some pixels and channels of the result; every tap of a filter is a number that
all its lanes share. The padding is in tables of the pixels' sources, the subsampling in the pixels
that are visited, the modulus where results are stored. All sums are in single precision.

Cost
----
For each output pixel and channel, `p` planes of the image (real: 1, complex: 2), stride `s` and
groups of `A` angles with `T` pairs of taps each, `analysis_kernel` reads ``4 p s^2`` bytes, writes
``4 (p + L)`` with moduli, and computes ``2 p + 2 p (1 + 2 A)`` operations a pair; a pair of
opposite taps shares its sum and difference among all filters. `synthesis_kernel` reads
``4 (p + 2 L)`` bytes, writes ``4 p s^2``, and computes ``4 p`` operations for each tap of each
wavelet, and ``2 p`` for each tap of phi, those at the borders of 2 x 2 pixels included. With
complex images:

===================  ==  =======  ==========  ==========  ==========  ==========
bank                 L   T        analysis                synthesis
-------------------  --  -------  ----------------------  ----------------------
..                                bytes       operations  bytes       operations
===================  ==  =======  ==========  ==========  ==========  ==========
octave               4   34       56          1360        72          3168
half_octave_first    4   34       32          1360        48          3024
half_octave_second   4   50       56          2000        72          4144
octave               8   103 x 2  72          8200        104         10976
half_octave_first    8   103 x 2  48          8200        80          10816
===================  ==  =======  ==========  ==========  ==========  ==========

An H100 computes 20 operations in single precision in the time that it moves one byte. So L = 4 is
bound by memory and arithmetic about equally, and L = 8 by arithmetic. All these are counts, not
measurements; in the loops that Triton compiles, two thirds of the instructions are arithmetic.
"""
