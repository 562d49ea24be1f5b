// The tokenizers of the LLaMA family read from disk, text to ids and back: SentencePiece BPE
// exactly as SentencePiece does it, and byte-level BPE, with their special tokens. Not for training
// (trainer.h) and not for BOS/EOS policy: callers add those. Conversations: chat_prompt.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/marked_text.h"
#include "tokenizer/special_tokens.h"
#include "tokenizer/vocabulary.h"

namespace cria::tokenizer {

class Encoder;

class Tokenizer {
 public:
  /// Reads a `tokenizer.model` (SentencePiece BPE), a `tokenizer.json` (Hugging Face) or a llama2.c
  /// `tokenizer.bin`, told apart by content, and what the files beside it say of special tokens and
  /// chat (hugging_face_config.h). Throws Error for damaged files and for kinds that LLaMA does not
  /// use (Unigram, ...).
  static Tokenizer Load(const std::filesystem::path& path);
  /// The same from the bytes of the file; `where` names their origin in errors.
  static Tokenizer FromBytes(std::string bytes, const std::string& where = "tokenizer model");
  /// From a vocabulary that another file holds; bytes() are those of the equivalent file.
  static Tokenizer FromVocabulary(Vocabulary vocabulary, const std::string& where);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// Ids of `text`, without BOS and EOS. Empty text gives no ids. Each invalid UTF-8 byte counts as
  /// one U+FFFD. Control pieces such as "<s>" in the text are plain characters; symbols that the
  /// vocabulary adds without control meaning are found.
  std::vector<int32_t> Encode(std::string_view text) const;
  /// The same, appended to `out`. Safe to call from many threads at once.
  void Encode(std::string_view text, std::vector<int32_t>* out) const;
  /// The same, but control tokens count where all their bytes are the text's own: what came from
  /// outside stays plain characters. For rendered chat templates.
  void EncodeSpecial(const MarkedText& text, std::vector<int32_t>* out) const;
  /// The same for a text that is all one's own.
  std::vector<int32_t> EncodeSpecial(std::string_view text) const;
  /// What a prompt begins with: BOS, or nothing.
  std::vector<int32_t> PromptStart() const;

  /// Text of `ids`: equals what was encoded for any valid UTF-8 without U+2581 (which SentencePiece
  /// turns into a blank). Control pieces give nothing, invalid byte sequences U+FFFD, and one
  /// leading blank of the whole is dropped. Ids out of range throw Error.
  std::string Decode(std::span<const int32_t> ids) const;
  /// Throws Error, naming `where`, if no token has it.
  void RequireId(int32_t id, const std::string& where = "decoding") const;

  /// Adds ids up to `vocab_size` that mean nothing and are decoded to nothing: a model whose
  /// embedding has more rows may give them. bytes() stay.
  void Fill(int64_t vocab_size);

  int vocab_size() const { return static_cast<int>(vocabulary_.model.pieces.size()); }
  int32_t bos_id() const { return bos_id_; }  ///< -1: none; prompts begin without
  int32_t eos_id() const { return eos_id_; }
  int32_t unk_id() const { return unk_id_; }
  /// Tokens that end a text or a turn, EOS among them, and BOS, which begins another; sorted. What
  /// generation stops at.
  const std::vector<int32_t>& end_ids() const { return end_ids_; }
  /// Text of the token that templates call `name` ("bos_token", ...); empty if there is none.
  std::string NamedToken(std::string_view name) const;
  /// A chat template that the model brings, by name; null if there is none.
  const NamedTemplate* FindTemplate(std::string_view name) const;
  /// Tokens that are found in text as a whole.
  const std::vector<AddedToken>& added_tokens() const { return matcher_.tokens(); }

  const std::string& Piece(int32_t id) const { return At(id).text; }
  float Score(int32_t id) const { return At(id).score; }
  PieceType Type(int32_t id) const { return At(id).type; }
  /// Id of the piece with this text, or -1.
  int32_t Find(std::string_view piece) const;
  const ModelProto& model() const { return vocabulary_.model; }
  const Vocabulary& vocabulary() const { return vocabulary_; }

  /// SHA-256 (hex) of bytes(), which is the file's own; shards carry it.
  const std::string& digest() const { return digest_; }
  /// Name that a file of bytes() has by custom: tokenizer.model, or tokenizer.json.
  const char* file_name() const;
  /// Bytes of the `tokenizer.model` or `tokenizer.json` (for other files: of the equivalent one).
  const std::string& bytes() const { return bytes_; }
  /// Bytes of a `tokenizer.model`: bytes(), or, of a tokenizer.json that is not byte-level, those
  /// of the one that lay beside it with the same pieces, or of the equivalent.
  std::string SentencePieceBytes() const;
  /// Writes bytes() atomically.
  void Save(const std::filesystem::path& path) const;

 private:
  friend class StreamDecoder;
  Tokenizer(Vocabulary vocabulary, std::string bytes, const std::string& where);
  void PrepareSentencePiece(const std::string& where);
  void PrepareByteLevel(const std::string& where);
  void PrepareSpecial(const std::string& where);
  void KeepBeside(const std::filesystem::path& path);
  void EncodeParts(const MarkedText& text, bool control, std::vector<int32_t>* out) const;
  void EncodePart(std::string_view text, bool prefix, std::vector<int32_t>* out) const;
  const ModelPiece& At(int32_t id) const;
  /// Appends the bytes of one id, without its leading blank `at_start`; false for control pieces.
  bool AppendRaw(int32_t id, bool at_start, std::string* out) const;

  Vocabulary vocabulary_;
  std::string bytes_, digest_;
  std::string beside_;  // a tokenizer.model of the same pieces; empty: there was none
  int32_t bos_id_ = -1, eos_id_ = -1, unk_id_ = -1;
  std::vector<std::string> raw_;  // bytes that each id stands for
  std::unique_ptr<Encoder> encoder_;
  TokenMatcher matcher_;
  std::vector<int32_t> end_ids_;
};

/// Decodes ids one at a time for streaming output. The joined results equal Tokenizer::Decode of
/// all ids; no result ever cuts a UTF-8 character. Keeps a reference to the tokenizer.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  /// Text that `id` completes (often a word, sometimes nothing).
  std::string Feed(int32_t id);
  /// What is held back at the end of the sequence (an incomplete character, as U+FFFD), then starts
  /// over.
  std::string Flush();

 private:
  const Tokenizer* tokenizer_;
  std::string held_;
  bool at_start_ = true;
};

}  // namespace cria::tokenizer
