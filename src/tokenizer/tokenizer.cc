// Normalisation, pieces to bytes, and the parts that BPE leaves.
#include "tokenizer/tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "tokenizer/bpe_encoder.h"
#include "tokenizer/byte_level_encoder.h"
#include "tokenizer/hugging_face.h"
#include "tokenizer/hugging_face_config.h"
#include "tokenizer/inner_form.h"

namespace cria::tokenizer {
namespace {

// Finding the merges takes the square of a piece's length. LLaMA's have 48 bytes at most.
constexpr size_t kMaxPieceBytes = 1024;

int ByteOfPiece(const std::string& text) {
  const auto hex = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return -1;
  const int high = hex(text[3]), low = hex(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

[[noreturn]] void Unsupported(const std::string& what, const std::string& where) {
  throw Error(
      "unsupported tokenizer: " + what, where,
      "use a SentencePiece BPE model with the settings of LLaMA's (identity normalisation, byte "
      "fallback, escaped blanks)");
}

void RequireSupported(const ModelProto& model, const std::string& where) {
  switch (model.trainer.model_type) {
    case 2:
      break;
    case 1:
      Unsupported("a SentencePiece Unigram model, not BPE", where);
    case 3:
      Unsupported("a SentencePiece word model, not BPE", where);
    case 4:
      Unsupported("a SentencePiece character model, not BPE", where);
    default:
      Unsupported(fmt::format("model type {}", model.trainer.model_type), where);
  }
  if (!model.normalizer.character_map.empty()) {
    Unsupported(fmt::format("it normalises text (\"{}\")", model.normalizer.name), where);
  }
  if (model.normalizer.remove_extra_whitespaces) Unsupported("it removes extra blanks", where);
  if (!model.normalizer.escape_whitespaces) Unsupported("it does not escape blanks", where);
  if (model.trainer.treat_whitespace_as_suffix) Unsupported("it treats blanks as suffixes", where);
  if (!model.trainer.byte_fallback) Unsupported("it has no byte fallback", where);
  for (const ModelPiece& piece : model.pieces) {
    if (piece.text.size() > kMaxPieceBytes) {
      Unsupported(fmt::format("a piece of {} bytes", piece.text.size()), where);
    }
    if (piece.type == PieceType::kUnused)
      Unsupported("it has unused pieces (\"" + piece.text + "\")", where);
  }
}

/// Ids of the 256 byte pieces; also checks that no piece occurs twice.
std::array<int32_t, 256> ByteIds(const ModelProto& model, const std::string& where) {
  const auto fail = [&where](const std::string& what) {
    throw Error("damaged tokenizer model: " + what, where, "copy the file again");
  };
  std::array<int32_t, 256> ids;
  ids.fill(-1);
  std::vector<std::string> texts;
  StringMap normal, other;
  for (const ModelPiece& piece : model.pieces) texts.push_back(piece.text);
  int unknowns = 0;
  for (size_t id = 0; id < texts.size(); ++id) {
    const PieceType type = model.pieces[id].type;
    StringMap& names = type == PieceType::kNormal ? normal : other;
    if (!names.Insert(static_cast<int32_t>(id), texts))
      fail("the piece \"" + texts[id] + "\" occurs twice");
    unknowns += type == PieceType::kUnknown;
    if (type != PieceType::kByte) continue;
    const int byte = ByteOfPiece(texts[id]);
    if (byte < 0) fail("\"" + texts[id] + "\" is not a byte piece");
    ids[static_cast<size_t>(byte)] = static_cast<int32_t>(id);
  }
  for (size_t b = 0; b < ids.size(); ++b) {
    if (ids[b] < 0) fail(fmt::format("the piece of byte 0x{:02X} is missing", b));
  }
  if (unknowns != 1) fail("there is not exactly one unknown piece");
  return ids;
}

// Control pieces and symbols of a SentencePiece model.
std::vector<AddedToken> TokensOf(const ModelProto& model) {
  std::vector<AddedToken> added;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const ModelPiece& piece = model.pieces[id];
    if (piece.type != PieceType::kControl && piece.type != PieceType::kUserDefined) continue;
    const bool control = piece.type == PieceType::kControl || LooksLikeControl(piece.text);
    added.push_back(
        {.id = static_cast<int32_t>(id), .text = ToInner(piece.text), .control = control});
  }
  return added;
}

// `bytes` become those of the equivalent tokenizer.model where they are llama2.c's.
Vocabulary ReadVocabulary(std::string* bytes, const std::string& where) {
  if (LooksLikeHuggingFace(*bytes)) return ParseHuggingFace(*bytes, where);
  Vocabulary vocabulary;
  if (LooksLikeLlama2c(*bytes)) {
    vocabulary.model = ParseLlama2c(*bytes, where);
    *bytes = SerializeModelProto(vocabulary.model);
  } else {
    vocabulary.model = ParseModelProto(*bytes, where);
  }
  vocabulary.added = TokensOf(vocabulary.model);
  return vocabulary;
}

}  // namespace

Tokenizer::Tokenizer(Vocabulary vocabulary, std::string bytes, const std::string& where)
    : vocabulary_(std::move(vocabulary)), bytes_(std::move(bytes)), digest_(Sha256Hex(bytes_)) {
  if (vocabulary_.byte_level) {
    PrepareByteLevel(where);
  } else {
    PrepareSentencePiece(where);
  }
  PrepareSpecial(where);
  if (vocabulary_.bos_id) bos_id_ = *vocabulary_.bos_id;
  if (vocabulary_.eos_id) eos_id_ = *vocabulary_.eos_id;
  vocabulary_.bos_id = bos_id_;
  vocabulary_.eos_id = eos_id_;
  end_ids_ = vocabulary_.end_ids;
  for (const int32_t id : {eos_id_, bos_id_}) {
    if (id >= 0) end_ids_.push_back(id);
  }
  for (const AddedToken& token : matcher_.tokens()) {
    if (EndsText(token.text)) end_ids_.push_back(token.id);
  }
  std::sort(end_ids_.begin(), end_ids_.end());
  end_ids_.erase(std::unique(end_ids_.begin(), end_ids_.end()), end_ids_.end());
}

void Tokenizer::PrepareSpecial(const std::string& where) {
  const auto& pieces = vocabulary_.model.pieces;
  for (const AddedToken& token : vocabulary_.added) {
    if (token.id >= 0 && token.id < std::ssize(pieces)) continue;
    throw Error(fmt::format("the added token \"{}\" has an id beyond the vocabulary", token.text),
                where, "the tokenizer is damaged; fetch it again");
  }
  matcher_ = TokenMatcher(vocabulary_.added);
  for (const AddedToken& token : matcher_.tokens()) {
    const size_t id = static_cast<size_t>(token.id);
    if (pieces[id].type == PieceType::kUserDefined) raw_[id] = token.text;
  }
}

void Tokenizer::PrepareByteLevel(const std::string& where) {
  encoder_ = std::make_unique<ByteLevelEncoder>(*vocabulary_.byte_level, where);
  raw_ = vocabulary_.byte_level->pieces;
}

void Tokenizer::PrepareSentencePiece(const std::string& where) {
  const ModelProto& model = vocabulary_.model;
  RequireSupported(model, where);
  const std::array<int32_t, 256> byte_ids = ByteIds(model, where);
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const ModelPiece& piece = model.pieces[id];
    if (piece.type == PieceType::kUnknown) unk_id_ = static_cast<int32_t>(id);
    if (piece.type != PieceType::kControl) continue;
    if (piece.text == "<s>") bos_id_ = static_cast<int32_t>(id);
    if (piece.text == "</s>") eos_id_ = static_cast<int32_t>(id);
  }
  encoder_ =
      std::make_unique<BpeEncoder>(model.pieces, byte_ids, model.normalizer.add_dummy_prefix);
  raw_.reserve(model.pieces.size());
  for (const ModelPiece& piece : model.pieces) {
    switch (piece.type) {
      case PieceType::kControl:
        raw_.emplace_back();
        break;
      case PieceType::kByte:
        raw_.emplace_back(1, static_cast<char>(ByteOfPiece(piece.text)));
        break;
      case PieceType::kUnknown:
        raw_.push_back(model.trainer.unk_surface);
        break;
      default:
        raw_.push_back(ToInner(piece.text));
        break;
    }
  }
}

Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::Load(const std::filesystem::path& path) {
  std::string bytes = ReadFile(path);
  Vocabulary vocabulary = ReadVocabulary(&bytes, path.string());
  ReadHuggingFaceConfig(path.parent_path(), &vocabulary);
  Tokenizer tokenizer(std::move(vocabulary), std::move(bytes), path.string());
  tokenizer.KeepBeside(path.parent_path() / "tokenizer.model");
  return tokenizer;
}

// Shards and checkpoints know a tokenizer by the digest of its file: it is handed on as it was.
void Tokenizer::KeepBeside(const std::filesystem::path& path) {
  if (vocabulary_.byte_level || !LooksLikeHuggingFace(bytes_)) return;
  if (!std::filesystem::is_regular_file(path)) return;
  std::string beside = ReadFile(path);
  try {
    const auto same = [](const ModelPiece& a, const ModelPiece& b) { return a.text == b.text; };
    const ModelProto other = ParseModelProto(beside, path.string());
    if (std::ranges::equal(other.pieces, vocabulary_.model.pieces, same)) {
      beside_ = std::move(beside);
    }
  } catch (const Error&) {
    // It is not the one that was asked for; whoever asks for it is told.
  }
}

Tokenizer Tokenizer::FromBytes(std::string bytes, const std::string& where) {
  Vocabulary vocabulary = ReadVocabulary(&bytes, where);
  return Tokenizer(std::move(vocabulary), std::move(bytes), where);
}

Tokenizer Tokenizer::FromVocabulary(Vocabulary vocabulary, const std::string& where) {
  std::string bytes = vocabulary.byte_level ? SerializeHuggingFace(vocabulary)
                                            : SerializeModelProto(vocabulary.model);
  return Tokenizer(std::move(vocabulary), std::move(bytes), where);
}

void Tokenizer::Fill(int64_t vocab_size) {
  FillVocabulary(vocab_size, &vocabulary_);
  raw_.resize(vocabulary_.model.pieces.size());
}

const char* Tokenizer::file_name() const {
  return LooksLikeHuggingFace(bytes_) ? "tokenizer.json" : "tokenizer.model";
}

std::string Tokenizer::SentencePieceBytes() const {
  CRIA_CHECK(!vocabulary_.byte_level);
  if (!beside_.empty()) return beside_;
  return LooksLikeHuggingFace(bytes_) ? SerializeModelProto(vocabulary_.model) : bytes_;
}

void Tokenizer::Save(const std::filesystem::path& path) const { WriteFile(path, bytes_); }

void Tokenizer::RequireId(int32_t id, const std::string& where) const {
  if (id >= 0 && id < vocab_size()) return;
  throw Error(fmt::format("token id {} is outside the vocabulary of {}", id, vocab_size()), where,
              "use the tokenizer that made the ids");
}

const ModelPiece& Tokenizer::At(int32_t id) const {
  RequireId(id);
  return vocabulary_.model.pieces[static_cast<size_t>(id)];
}

int32_t Tokenizer::Find(std::string_view piece) const {
  for (size_t id = 0; id < vocabulary_.model.pieces.size(); ++id) {
    if (vocabulary_.model.pieces[id].text == piece) return static_cast<int32_t>(id);
  }
  return -1;
}

std::vector<int32_t> Tokenizer::Encode(std::string_view text) const {
  std::vector<int32_t> ids;
  Encode(text, &ids);
  return ids;
}

void Tokenizer::Encode(std::string_view text, std::vector<int32_t>* out) const {
  if (matcher_.has_ordinary()) {
    EncodeParts(MarkedText(std::string(text), false), false, out);
  } else {
    EncodePart(text, true, out);
  }
}

void Tokenizer::EncodeSpecial(const MarkedText& text, std::vector<int32_t>* out) const {
  EncodeParts(text, true, out);
}

std::vector<int32_t> Tokenizer::EncodeSpecial(std::string_view text) const {
  std::vector<int32_t> ids;
  EncodeParts(MarkedText(std::string(text), false), true, &ids);
  return ids;
}

std::vector<int32_t> Tokenizer::PromptStart() const {
  return bos_id_ < 0 ? std::vector<int32_t>() : std::vector<int32_t>{bos_id_};
}

std::string Tokenizer::NamedToken(std::string_view name) const {
  for (const auto& [known, text] : vocabulary_.named_tokens) {
    if (known == name) return text;
  }
  const int32_t id = name == "bos_token"   ? bos_id_
                     : name == "eos_token" ? eos_id_
                     : name == "unk_token" ? unk_id_
                                           : -1;
  return id < 0 ? "" : Piece(id);
}

const NamedTemplate* Tokenizer::FindTemplate(std::string_view name) const {
  for (const NamedTemplate& known : vocabulary_.templates) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

void Tokenizer::EncodePart(std::string_view text, bool prefix, std::vector<int32_t>* out) const {
  if (!vocabulary_.prefix_before_blank && (text.starts_with(' ') || text.starts_with(kBlankMark))) {
    prefix = false;
  }
  encoder_->Encode(text, prefix, out);
}

void Tokenizer::EncodeParts(const MarkedText& text, bool control, std::vector<int32_t>* out) const {
  const std::string_view bytes = text.bytes();
  bool prefix = true;
  for (size_t at = 0; at < bytes.size();) {
    const TokenMatcher::Match match = matcher_.Find(text, at, control);
    EncodePart(bytes.substr(at, match.begin - at), prefix, out);
    if (match.token == nullptr) return;
    const BlankPrefix rule = vocabulary_.blank_prefix;
    // SentencePiece puts its blank before the whole text, a symbol of the user's included.
    if (match.begin == 0 && !match.token->control && rule == BlankPrefix::kAfterControl &&
        vocabulary_.model.normalizer.add_dummy_prefix && !vocabulary_.byte_level) {
      encoder_->Encode(" ", false, out);
    }
    out->push_back(match.token->id);
    prefix = rule == BlankPrefix::kEveryPart ||
             (rule == BlankPrefix::kAfterControl && match.token->control);
    at = match.end;
  }
}

bool Tokenizer::AppendRaw(int32_t id, bool at_start, std::string* out) const {
  RequireId(id);
  std::string_view raw = raw_[static_cast<size_t>(id)];
  const PieceType type = vocabulary_.model.pieces[static_cast<size_t>(id)].type;
  if (at_start && type == PieceType::kNormal && vocabulary_.model.normalizer.add_dummy_prefix &&
      raw.starts_with(' ')) {
    raw.remove_prefix(1);
  }
  out->append(raw);
  return type != PieceType::kControl;
}

std::string Tokenizer::Decode(std::span<const int32_t> ids) const {
  std::string out;
  bool at_start = true;
  for (const int32_t id : ids) {
    if (AppendRaw(id, at_start, &out)) at_start = false;
  }
  return IsValidUtf8(out) ? out : RepairUtf8(out);
}

std::string StreamDecoder::Feed(int32_t id) {
  if (tokenizer_->AppendRaw(id, at_start_, &held_)) at_start_ = false;
  const size_t ready = CompleteUtf8Prefix(held_);
  std::string text = RepairUtf8(std::string_view(held_).substr(0, ready));
  held_.erase(0, ready);
  return text;
}

std::string StreamDecoder::Flush() {
  std::string text = RepairUtf8(held_);
  held_.clear();
  at_start_ = true;
  return text;
}

}  // namespace cria::tokenizer
