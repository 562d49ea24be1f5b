// The named tensors of one model or checkpoint, whatever files hold them. Every reader of a format
// returns this; nothing here knows what the tensors mean.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/context.h"
#include "base/file.h"
#include "base/json.h"
#include "store/block_digest.h"
#include "tensor/tensor_view.h"

namespace cria::store {

/// A strided block of a mapped file. Element (i0, i1, ...) is element sum(i_k * strides_k) of
/// `bytes`. Quantised types have a last stride of 1 and whole blocks in every row.
struct TensorPiece {
  std::span<const uint8_t> bytes;  ///< exactly from the first to the last element
  Shape shape;
  Shape strides;  ///< in elements
};

/// A tensor, cut along `axis` into pieces (model-parallel shards); usually one. A piece of axis 0
/// may have more dimensions than the tensor: its elements in row-major order are the tensor's
/// (Hugging Face's permuted rows, undone while reading).
struct NamedTensor {
  std::string name;
  DType type = DType::kF32;
  Shape shape;
  int axis = 0;
  std::vector<TensorPiece> pieces;
  std::string where;                   ///< file(s), for errors
  std::optional<TensorDigest> digest;  ///< where the format records one; then of one whole piece

  int64_t elements() const { return ElementCount(shape); }
  int64_t stored_bytes() const { return StoredBytes(type, elements()); }
};

/// Row-major strides of `shape`, in elements.
Shape ContiguousStrides(const Shape& shape);
/// One piece, contiguous, at the front of `bytes`.
NamedTensor ContiguousTensor(std::string name, DType type, Shape shape,
                             std::span<const uint8_t> bytes, std::string where);
/// The tensor as one contiguous view of the mapped file, if it is stored so.
std::optional<TensorView> ContiguousView(const NamedTensor& tensor);

class TensorSet {
 public:
  TensorSet() = default;
  TensorSet(TensorSet&&) = default;
  TensorSet& operator=(TensorSet&&) = default;

  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  bool Contains(std::string_view name) const { return index_.contains(std::string(name)); }
  /// Throws Error, naming the files, if it is not there.
  const NamedTensor& Get(std::string_view name) const;

  /// What the format says about the model: Meta's params.json, a manifest's config, a header.
  const Json& metadata() const { return metadata_; }
  /// Path of the file or folder, for errors.
  const std::string& where() const { return where_; }

  /// Compares every recorded digest whose tensor passes `wanted` (all, if empty) with the bytes, in
  /// parallel. Throws Error that names file and tensor.
  void Verify(const Context& context,
              const std::function<bool(const NamedTensor&)>& wanted = nullptr) const;

  /// Gives the memory of a tensor's pages back, where it is one of the mapped files: for passes
  /// that read every tensor once. They are read from disk again when used.
  void LetGo(const NamedTensor& tensor) const;
  void LetGo(std::span<const uint8_t> bytes) const;

  // For readers of formats.
  void Keep(MappedFile file) { files_.push_back(std::move(file)); }
  void Add(NamedTensor tensor);  ///< throws Error on a repeated name
  /// Takes over the mapped files of another set, so that its pieces stay valid.
  void Absorb(TensorSet other);
  void set_metadata(Json metadata) { metadata_ = std::move(metadata); }
  void set_where(std::string where) { where_ = std::move(where); }

 private:
  std::vector<MappedFile> files_;
  std::vector<NamedTensor> tensors_;
  std::unordered_map<std::string, size_t> index_;
  Json metadata_ = Json::object();
  std::string where_;
};

/// Rows [begin, end) of a matrix, as a view. Both must be multiples of RowGranule.
NamedTensor SliceRows(const NamedTensor& tensor, int64_t begin, int64_t end);
/// Rows that can only be cut off together: the head size where rows are permuted within heads, else
/// 1.
int64_t RowGranule(const NamedTensor& tensor);

/// Copies a tensor to float, row-major, on all threads. `to` has tensor.elements() values.
void ReadAsFloat(const Context& context, const NamedTensor& tensor, std::span<float> to);
/// Copies a tensor's bytes, row-major, in its own type.
std::vector<uint8_t> ReadBytes(const NamedTensor& tensor);

/// a * b * ... with overflow and sign checks; Error at `where` otherwise. For shapes out of files.
int64_t CheckedElementCount(const Shape& shape, const std::string& where);

}  // namespace cria::store
