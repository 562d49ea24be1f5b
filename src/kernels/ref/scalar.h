// What the scalar reference asks of a number type: float, double and std::complex<double> (the last
// for complex-step differentiation: f'(x) = imag f(x + ih) / h, without cancellation).
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>

namespace cria::kernels::ref {

inline double Real(double x) { return x; }
inline double Real(const std::complex<double>& x) { return x.real(); }

}  // namespace cria::kernels::ref
