// Varints, tags and lengths, each bounded by its enclosing field.
#include "tokenizer/model_proto.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"

namespace cria::tokenizer {
namespace {

constexpr const char* kRemedy = "copy the file again; it is cut short or damaged";
// Bounds against damaged lengths, far above any real model.
constexpr size_t kMaxPieces = 4'000'000;
constexpr int32_t kMaxPieceBytes = 1 << 16;

/// Reads fields of one message. Every length is checked against the bytes that are there.
class FieldReader {
 public:
  enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  FieldReader(std::string_view bytes, size_t offset, const std::string& where)
      : bytes_(bytes), offset_(offset), where_(where) {}

  /// Moves to the next field; false at the end.
  bool Next() {
    if (at_ == bytes_.size()) return false;
    const uint64_t tag = Varint();
    field_ = tag >> 3;
    type_ = static_cast<int>(tag & 7);
    if (field_ == 0 || field_ > 0x1FFFFFFF) Fail("not a field number");
    switch (type_) {
      case kVarint:
        value_ = Varint();
        break;
      case kFixed64:
        Take(8);
        break;
      case kFixed32:
        payload_ = Take(4);
        break;
      case kBytes: {
        const uint64_t length = Varint();
        payload_ = Take(length);
        break;
      }
      default:
        Fail("not a field type");
    }
    return true;
  }

  uint64_t field() const { return field_; }
  std::string_view Bytes() const { return Require(kBytes), payload_; }
  size_t PayloadOffset() const { return offset_ + at_ - payload_.size(); }
  int32_t Int() const { return Require(kVarint), static_cast<int32_t>(value_); }
  bool Bool() const { return Require(kVarint), value_ != 0; }
  float Float() const {
    Require(kFixed32);
    float value;
    std::memcpy(&value, payload_.data(), sizeof value);
    return value;
  }
  [[noreturn]] void Fail(const char* what) const {
    throw Error(fmt::format("damaged tokenizer model: {}", what),
                fmt::format("{}, byte {}", where_, offset_ + at_), kRemedy);
  }

 private:
  void Require(WireType type) const {
    if (type_ != type) Fail("a field has the wrong type");
  }
  std::string_view Take(uint64_t length) {
    if (length > bytes_.size() - at_) Fail("a field is longer than the file");
    const std::string_view taken = bytes_.substr(at_, length);
    at_ += length;
    return taken;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) Fail("the file ends inside a number");
      const uint8_t byte = static_cast<uint8_t>(bytes_[at_++]);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    Fail("a number is too long");
  }

  std::string_view bytes_, payload_;
  size_t offset_, at_ = 0;
  const std::string& where_;
  uint64_t field_ = 0, value_ = 0;
  int type_ = 0;
};

ModelPiece ParsePiece(FieldReader piece) {
  ModelPiece out;
  while (piece.Next()) {
    switch (piece.field()) {
      case 1:
        out.text = piece.Bytes();
        break;
      case 2:
        out.score = piece.Float();
        break;
      case 3:
        out.type = static_cast<PieceType>(piece.Int());
        break;
      default:
        break;
    }
  }
  const int type = static_cast<int>(out.type);
  if (type < 1 || type > 6) piece.Fail("a piece has no known type");
  if (out.text.empty()) piece.Fail("a piece is empty");
  if (!IsValidUtf8(out.text)) piece.Fail("a piece is not UTF-8");
  if (!std::isfinite(out.score)) piece.Fail("a score is not a number");
  return out;
}

TrainerSpec ParseTrainer(FieldReader spec) {
  TrainerSpec out;
  while (spec.Next()) {
    switch (spec.field()) {
      case 1:
        out.input = spec.Bytes();
        break;
      case 2:
        out.model_prefix = spec.Bytes();
        break;
      case 3:
        out.model_type = spec.Int();
        break;
      case 4:
        out.vocab_size = spec.Int();
        break;
      case 10:
        out.character_coverage = spec.Float();
        break;
      case 18:
        out.max_sentence_length = spec.Int();
        break;
      case 20:
        out.max_piece_length = spec.Int();
        break;
      case 21:
        out.split_by_unicode_script = spec.Bool();
        break;
      case 22:
        out.split_by_whitespace = spec.Bool();
        break;
      case 23:
        out.split_by_number = spec.Bool();
        break;
      case 24:
        out.treat_whitespace_as_suffix = spec.Bool();
        break;
      case 25:
        out.split_digits = spec.Bool();
        break;
      case 26:
        out.allow_whitespace_only_pieces = spec.Bool();
        break;
      case 35:
        out.byte_fallback = spec.Bool();
        break;
      case 40:
        out.unk_id = spec.Int();
        break;
      case 41:
        out.bos_id = spec.Int();
        break;
      case 42:
        out.eos_id = spec.Int();
        break;
      case 43:
        out.pad_id = spec.Int();
        break;
      case 44:
        out.unk_surface = spec.Bytes();
        break;
      default:
        break;
    }
  }
  return out;
}

NormalizerSpec ParseNormalizer(FieldReader spec) {
  NormalizerSpec out;
  while (spec.Next()) {
    switch (spec.field()) {
      case 1:
        out.name = spec.Bytes();
        break;
      case 2:
        out.character_map = spec.Bytes();
        break;
      case 3:
        out.add_dummy_prefix = spec.Bool();
        break;
      case 4:
        out.remove_extra_whitespaces = spec.Bool();
        break;
      case 5:
        out.escape_whitespaces = spec.Bool();
        break;
      default:
        break;
    }
  }
  return out;
}

class FieldWriter {
 public:
  void Int(int field, int64_t value) {
    Varint(static_cast<uint64_t>(field) << 3);
    Varint(static_cast<uint64_t>(value));
  }
  void Float(int field, float value) {
    Varint(static_cast<uint64_t>(field) << 3 | FieldReader::kFixed32);
    char raw[4];
    std::memcpy(raw, &value, 4);
    out_.append(raw, 4);
  }
  void Bytes(int field, std::string_view bytes) {
    Varint(static_cast<uint64_t>(field) << 3 | FieldReader::kBytes);
    Varint(bytes.size());
    out_.append(bytes);
  }
  const std::string& out() const { return out_; }

 private:
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

std::string SerializeTrainer(const TrainerSpec& spec) {
  FieldWriter out;
  if (!spec.input.empty()) out.Bytes(1, spec.input);
  if (!spec.model_prefix.empty()) out.Bytes(2, spec.model_prefix);
  out.Int(3, spec.model_type);
  out.Int(4, spec.vocab_size);
  out.Bytes(7, "text");
  out.Float(10, spec.character_coverage);
  out.Int(18, spec.max_sentence_length);
  out.Int(20, spec.max_piece_length);
  out.Int(21, spec.split_by_unicode_script);
  out.Int(22, spec.split_by_whitespace);
  out.Int(23, spec.split_by_number);
  out.Int(24, spec.treat_whitespace_as_suffix);
  out.Int(25, spec.split_digits);
  out.Int(26, spec.allow_whitespace_only_pieces);
  out.Int(35, spec.byte_fallback);
  out.Int(40, spec.unk_id);
  out.Int(41, spec.bos_id);
  out.Int(42, spec.eos_id);
  out.Int(43, spec.pad_id);
  out.Bytes(44, spec.unk_surface);
  return out.out();
}

std::string SerializeNormalizer(const NormalizerSpec& spec) {
  FieldWriter out;
  out.Bytes(1, spec.name);
  out.Bytes(2, spec.character_map);
  out.Int(3, spec.add_dummy_prefix);
  out.Int(4, spec.remove_extra_whitespaces);
  out.Int(5, spec.escape_whitespaces);
  return out.out();
}

int32_t ReadInt32(std::string_view bytes, size_t at) {
  int32_t value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

ModelProto ParseModelProto(std::string_view bytes, const std::string& where) {
  ModelProto model;
  FieldReader fields(bytes, 0, where);
  bool has_trainer = false;
  while (fields.Next()) {
    if (fields.field() > 3) continue;
    const FieldReader inner(fields.Bytes(), fields.PayloadOffset(), where);
    if (fields.field() == 1) {
      if (model.pieces.size() == kMaxPieces) fields.Fail("too many pieces");
      model.pieces.push_back(ParsePiece(inner));
    } else if (fields.field() == 2) {
      model.trainer = ParseTrainer(inner);
      has_trainer = true;
    } else {
      model.normalizer = ParseNormalizer(inner);
    }
  }
  if (model.pieces.empty() || !has_trainer) {
    throw Error("not a whole SentencePiece model: pieces or trainer settings are missing", where,
                kRemedy);
  }
  return model;
}

std::string SerializeModelProto(const ModelProto& model) {
  FieldWriter out;
  for (const ModelPiece& piece : model.pieces) {
    FieldWriter inner;
    inner.Bytes(1, piece.text);
    inner.Float(2, piece.score);
    if (piece.type != PieceType::kNormal) inner.Int(3, static_cast<int>(piece.type));
    out.Bytes(1, inner.out());
  }
  out.Bytes(2, SerializeTrainer(model.trainer));
  out.Bytes(3, SerializeNormalizer(model.normalizer));
  return out.out();
}

bool LooksLikeLlama2c(std::string_view bytes) {
  // The longest piece is below 256 bytes, so three zero bytes follow the first; in a
  // protocol-buffers message a zero byte can stand there only as part of damage.
  return bytes.size() >= 4 && bytes[0] != 0 && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 0;
}

ModelProto ParseLlama2c(std::string_view bytes, const std::string& where) {
  const auto fail = [&where](const char* what, size_t at) {
    throw Error(fmt::format("damaged llama2.c tokenizer: {}", what),
                fmt::format("{}, byte {}", where, at), kRemedy);
  };
  ModelProto model;
  size_t at = 4;
  int32_t longest = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at < 8) fail("it ends inside a piece", at);
    ModelPiece piece;
    std::memcpy(&piece.score, bytes.data() + at, 4);
    const int32_t length = ReadInt32(bytes, at + 4);
    at += 8;
    if (length <= 0 || length > kMaxPieceBytes || static_cast<size_t>(length) > bytes.size() - at) {
      fail("a length is impossible", at);
    }
    // Blanks stand for U+2581 there; control pieces are wrapped in newlines.
    for (const char c : bytes.substr(at, static_cast<size_t>(length))) {
      c == ' ' ? piece.text.append("\xE2\x96\x81") : piece.text.append(1, c);
    }
    if (!IsValidUtf8(piece.text)) fail("a piece is not UTF-8", at);
    if (!std::isfinite(piece.score)) fail("a score is not a number", at);
    at += static_cast<size_t>(length);
    longest = std::max(longest, length);
    const size_t id = model.pieces.size();
    if (id == 0) piece.type = PieceType::kUnknown;
    if (id == 1) piece = {"<s>", 0, PieceType::kControl};
    if (id == 2) piece = {"</s>", 0, PieceType::kControl};
    if (id >= 3 && id < 259) piece.type = PieceType::kByte;
    model.pieces.push_back(std::move(piece));
  }
  if (longest != ReadInt32(bytes, 0)) fail("its longest piece is not there", at);
  model.trainer.model_type = 2;
  model.trainer.vocab_size = static_cast<int32_t>(model.pieces.size());
  model.trainer.character_coverage = 0.99995f;
  model.trainer.split_digits = model.trainer.allow_whitespace_only_pieces = true;
  model.trainer.byte_fallback = true;
  model.normalizer = {"identity", "", true, false, true};
  return model;
}

}  // namespace cria::tokenizer
