// Look-up by name, digests, strided reads to fp32.
#include "store/tensor_set.h"

#include <algorithm>

#include "base/error.h"

namespace cria::store {
namespace {

constexpr int64_t kCopyElements = int64_t{1} << 18;                // unit of parallel work
constexpr int64_t kVerifyBytes = int64_t{64} * kDigestBlockBytes;  // the same, of digests

// Calls row(piece element offset, tensor element offset, run length) for every run of the piece
// that is contiguous in the tensor: one per row of the last dimension, or the whole piece if it is
// the whole tensor and contiguous. Pieces cut along axis 0 follow each other in the tensor, so
// theirs may have any number of dimensions.
template <class Row>
void ForEachRun(const NamedTensor& tensor, const TensorPiece& piece, int64_t begin_along_axis,
                Row row) {
  if (ElementCount(piece.shape) == 0) return;
  if (piece.shape == tensor.shape && piece.strides == ContiguousStrides(piece.shape)) {
    row(int64_t{0}, int64_t{0}, ElementCount(piece.shape));
    return;
  }
  const Shape tensor_strides = ContiguousStrides(tensor.shape);
  const Shape to_strides = tensor.axis == 0 ? ContiguousStrides(piece.shape) : tensor_strides;
  const int64_t begin = begin_along_axis * tensor_strides[tensor.axis];
  const int last = static_cast<int>(piece.shape.size()) - 1;
  Shape index(piece.shape.size(), 0);
  while (true) {
    int64_t from = 0, to = begin;
    for (int d = 0; d < last; ++d) {
      from += index[d] * piece.strides[d];
      to += index[d] * to_strides[d];
    }
    row(from, to, piece.shape[last]);
    int d = last - 1;
    while (d >= 0 && ++index[d] == piece.shape[d]) index[d--] = 0;
    if (d < 0) return;
  }
}

// Extent of the piece along the axis that the tensor is cut at.
int64_t AlongAxis(const NamedTensor& tensor, const TensorPiece& piece) {
  if (tensor.shape.empty()) return 0;
  if (tensor.axis != 0) return piece.shape[tensor.axis];
  const int64_t row = ContiguousStrides(tensor.shape)[0];
  return row == 0 ? 0 : ElementCount(piece.shape) / row;
}

int64_t LastStride(const TensorPiece& piece) {
  return piece.strides.empty() ? 1 : piece.strides.back();
}

// Bytes to digest: a whole tensor, or some of its blocks.
struct VerifyUnit {
  std::span<const uint8_t> bytes;
  DigestRule rule;
  std::span<uint64_t> found;
};

void AddVerifyUnits(std::span<const uint8_t> bytes, DigestRule rule, std::span<uint64_t> found,
                    std::vector<VerifyUnit>* units) {
  if (rule == DigestRule::kWhole) {
    units->push_back({bytes, rule, found});
    return;
  }
  while (!bytes.empty()) {
    const int64_t n = std::min(std::ssize(bytes), kVerifyBytes);
    const auto blocks = static_cast<size_t>(DigestBlocks(n));
    units->push_back({bytes.first(static_cast<size_t>(n)), rule, found.first(blocks)});
    bytes = bytes.subspan(static_cast<size_t>(n));
    found = found.subspan(blocks);
  }
}

}  // namespace

Shape ContiguousStrides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  // Without elements there is nothing to step over, and the other sizes may be anything.
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return strides;
  for (int d = static_cast<int>(shape.size()) - 2; d >= 0; --d) {
    strides[d] = strides[d + 1] * shape[d + 1];
  }
  return strides;
}

NamedTensor ContiguousTensor(std::string name, DType type, Shape shape,
                             std::span<const uint8_t> bytes, std::string where) {
  NamedTensor tensor{std::move(name), type, shape, 0, {}, std::move(where), std::nullopt};
  CRIA_CHECK(bytes.size() >= static_cast<size_t>(tensor.stored_bytes()), "{}", tensor.name);
  tensor.pieces.push_back({bytes.first(tensor.stored_bytes()), shape, ContiguousStrides(shape)});
  return tensor;
}

std::optional<TensorView> ContiguousView(const NamedTensor& tensor) {
  if (tensor.pieces.size() != 1) return std::nullopt;
  const TensorPiece& piece = tensor.pieces.front();
  if (piece.strides != ContiguousStrides(piece.shape)) return std::nullopt;
  return TensorView{tensor.type, tensor.shape, piece.bytes};
}

const NamedTensor& TensorSet::Get(std::string_view name) const {
  const auto it = index_.find(std::string(name));
  if (it == index_.end()) {
    throw Error(fmt::format("tensor \"{}\" is missing", name), where_,
                "the file is not a whole LLaMA model; fetch or export it again");
  }
  return tensors_[it->second];
}

void TensorSet::Add(NamedTensor tensor) {
  if (!index_.emplace(tensor.name, tensors_.size()).second) {
    throw Error(fmt::format("tensor \"{}\" occurs twice", tensor.name), tensor.where,
                "the file is damaged; fetch or export it again");
  }
  tensors_.push_back(std::move(tensor));
}

void TensorSet::Absorb(TensorSet other) {
  for (MappedFile& file : other.files_) files_.push_back(std::move(file));
}

void TensorSet::LetGo(const NamedTensor& tensor) const {
  for (const TensorPiece& piece : tensor.pieces) LetGo(piece.bytes);
}

void TensorSet::LetGo(std::span<const uint8_t> bytes) const {
  for (const MappedFile& file : files_) {
    if (file.Holds(bytes)) file.LetGo(bytes);
  }
}

void TensorSet::Verify(const Context& context,
                       const std::function<bool(const NamedTensor&)>& wanted) const {
  struct Check {
    const NamedTensor* tensor;
    std::vector<uint64_t> found;  // of each block, or the one of the whole
  };
  std::vector<Check> checks;
  std::vector<VerifyUnit> units;
  for (const NamedTensor& tensor : tensors_) {
    if (!tensor.digest || (wanted && !wanted(tensor))) continue;
    const std::span<const uint8_t> bytes = tensor.pieces.front().bytes;
    const DigestRule rule = tensor.digest->rule;
    const int64_t n = rule == DigestRule::kWhole ? 1 : DigestBlocks(std::ssize(bytes));
    checks.push_back({&tensor, std::vector<uint64_t>(static_cast<size_t>(n))});
    AddVerifyUnits(bytes, rule, checks.back().found, &units);
  }
  // Largest first, so that threads end together.
  std::stable_sort(units.begin(), units.end(), [](const VerifyUnit& a, const VerifyUnit& b) {
    return a.bytes.size() > b.bytes.size();
  });
  context.ParallelFor(std::ssize(units), [&](int64_t i) {
    const VerifyUnit& unit = units[static_cast<size_t>(i)];
    if (unit.rule == DigestRule::kWhole) {
      unit.found.front() = DigestOfBytes(unit.bytes, unit.rule);
    } else {
      HashBlocks(unit.bytes, unit.found);
    }
  });
  for (const Check& check : checks) {
    const TensorDigest& want = *check.tensor->digest;
    const uint64_t found =
        want.rule == DigestRule::kWhole ? check.found.front() : DigestOfBlocks(check.found);
    if (found == want.value) continue;
    throw Error(fmt::format("tensor \"{}\" does not match its digest: the file was changed or "
                            "damaged after it was written",
                            check.tensor->name),
                check.tensor->where,
                "use another checkpoint or a backup; this one must not be trusted");
  }
}

int64_t RowGranule(const NamedTensor& tensor) {
  int64_t granule = 1;
  if (tensor.shape.size() < 2 || tensor.axis != 0) return granule;
  for (const TensorPiece& piece : tensor.pieces) {
    if (piece.shape[0] > 0) granule = std::max(granule, AlongAxis(tensor, piece) / piece.shape[0]);
  }
  return granule;
}

NamedTensor SliceRows(const NamedTensor& tensor, int64_t begin, int64_t end) {
  CRIA_CHECK(tensor.shape.size() == 2 && 0 <= begin && begin <= end && end <= tensor.shape[0],
             "{}: rows {} to {}", tensor.name, begin, end);
  NamedTensor slice = tensor;
  slice.pieces.clear();
  slice.digest.reset();
  slice.shape[0] = end - begin;
  int64_t first = 0;  // row of the piece at hand
  for (const TensorPiece& piece : tensor.pieces) {
    const int64_t rows = tensor.axis == 0 ? AlongAxis(tensor, piece) : piece.shape[0];
    const int64_t from = std::max(begin, first) - first, to = std::min(end, first + rows) - first;
    if (tensor.axis == 0) first += rows;
    if (from >= to) continue;
    const int64_t granule = rows / piece.shape[0];
    CRIA_CHECK(from % granule == 0 && to % granule == 0, "{}: rows {} to {} of {}", tensor.name,
               from, to, granule);
    TensorPiece part = piece;
    part.shape[0] = (to - from) / granule;
    int64_t extent = 1;
    for (size_t d = 0; d < part.shape.size(); ++d) {
      extent += (part.shape[d] - 1) * part.strides[d];
    }
    if (ElementCount(part.shape) == 0) extent = 0;
    part.bytes = piece.bytes.subspan(StoredBytes(tensor.type, from / granule * piece.strides[0]),
                                     StoredBytes(tensor.type, extent));
    slice.pieces.push_back(std::move(part));
  }
  return slice;
}

void ReadAsFloat(const Context& context, const NamedTensor& tensor, std::span<float> to) {
  CRIA_CHECK(static_cast<int64_t>(to.size()) == tensor.elements(), "{}: {} values for {}",
             tensor.name, to.size(), ShapeString(tensor.shape));
  struct Run {
    const uint8_t* from;
    int64_t stride, to, n;
  };
  const DType type = tensor.type;
  std::vector<Run> runs;
  int64_t begin = 0;
  for (const TensorPiece& piece : tensor.pieces) {
    const int64_t stride = LastStride(piece);
    ForEachRun(tensor, piece, begin, [&](int64_t from, int64_t at, int64_t n) {
      for (int64_t i = 0; i < n; i += kCopyElements) {
        runs.push_back({piece.bytes.data() + StoredBytes(type, from + i * stride), stride, at + i,
                        std::min(kCopyElements, n - i)});
      }
    });
    begin += AlongAxis(tensor, piece);
  }
  // Short runs (rows) are handed out in groups of about kCopyElements.
  const int64_t average =
      std::max<int64_t>(1, tensor.elements() / std::max<size_t>(1, runs.size()));
  const int64_t group = std::max<int64_t>(1, kCopyElements / average);
  const int64_t n_runs = static_cast<int64_t>(runs.size());
  context.ParallelFor((n_runs + group - 1) / group, [&](int64_t g) {
    for (int64_t r = g * group; r < std::min(n_runs, (g + 1) * group); ++r) {
      const Run& run = runs[r];
      if (run.stride == 1) {
        ConvertToFloat(type, run.from, run.n, to.data() + run.to);
        continue;
      }
      for (int64_t i = 0; i < run.n; ++i) {
        const uint8_t* from = run.from + StoredBytes(type, i * run.stride);
        ConvertToFloat(type, from, 1, to.data() + run.to + i);
      }
    }
  });
}

std::vector<uint8_t> ReadBytes(const NamedTensor& tensor) {
  const auto size = [&](int64_t elements) { return StoredBytes(tensor.type, elements); };
  std::vector<uint8_t> to(static_cast<size_t>(tensor.stored_bytes()));
  int64_t begin = 0;
  for (const TensorPiece& piece : tensor.pieces) {
    const int64_t stride = LastStride(piece);
    ForEachRun(tensor, piece, begin, [&](int64_t from, int64_t at, int64_t n) {
      if (stride == 1) {
        std::memcpy(to.data() + size(at), piece.bytes.data() + size(from), size(n));
        return;
      }
      for (int64_t i = 0; i < n; ++i) {
        std::memcpy(to.data() + size(at + i), piece.bytes.data() + size(from + i * stride),
                    size(1));
      }
    });
    begin += AlongAxis(tensor, piece);
  }
  return to;
}

int64_t CheckedElementCount(const Shape& shape, const std::string& where) {
  // 2^56 elements: above any file, and still safe to multiply by an element size.
  constexpr int64_t kLimit = int64_t{1} << 56;
  int64_t n = 1;
  for (const int64_t size : shape) {
    if (size < 0 || (n != 0 && size > kLimit / n)) {
      throw Error("impossible tensor shape " + ShapeString(shape), where,
                  "the file is damaged or hostile; fetch it again from its source");
    }
    n *= size;
  }
  return n;
}

}  // namespace cria::store
