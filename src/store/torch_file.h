// Files of torch.save (.pth, .pt, .bin): a dictionary of tensors. The zip form and the older form
// that is a row of pickles. Views, strides and shared storages are honoured.
#pragma once

#include "store/tensor_set.h"

namespace cria::store {

/// Tensors of the dictionary; entries that are not tensors are left out.
TensorSet OpenTorchFile(const fs::path& path);

}  // namespace cria::store
