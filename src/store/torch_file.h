// Files of torch.save (.pth, .pt, .bin): a dictionary of tensors. The zip form and the older form
// that is a row of pickles. Views, strides and shared storages are honoured.
#pragma once

#include "store/output_tensor.h"
#include "store/tensor_set.h"

namespace cria::store {

/// Tensors of the dictionary; entries that are not tensors are left out.
TensorSet OpenTorchFile(const fs::path& path);

/// Writes a dictionary of tensors as torch.save does (zip form, CPU storages, one per tensor),
/// atomically. F32, F16 and BF16, each below 4 GiB.
void WriteTorchFile(const fs::path& path, const std::vector<OutputTensor>& tensors);

}  // namespace cria::store
