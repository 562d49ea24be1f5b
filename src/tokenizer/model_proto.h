// The SentencePiece model file (protocol-buffers message ModelProto): a small bounded reader and a
// writer for what LLaMA's tokenizer uses. Not a general protocol-buffers library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cria::tokenizer {

/// Numbers of the file format.
enum class PieceType : int32_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

struct ModelPiece {
  std::string text;  ///< UTF-8, blanks as U+2581
  float score = 0;
  PieceType type = PieceType::kNormal;
};

/// The fields of TrainerSpec that say how a model was trained; defaults are SentencePiece's own,
/// used when a file leaves a field out.
struct TrainerSpec {
  std::string input;
  std::string model_prefix;
  int32_t model_type = 1;  ///< 1 Unigram, 2 BPE, 3 word, 4 char
  int32_t vocab_size = 8000;
  float character_coverage = 0.9995f;
  int32_t max_piece_length = 16;
  int32_t max_sentence_length = 4192;
  bool split_by_unicode_script = true;
  bool split_by_number = true;
  bool split_by_whitespace = true;
  bool treat_whitespace_as_suffix = false;
  bool split_digits = false;
  bool allow_whitespace_only_pieces = false;
  bool byte_fallback = false;
  int32_t unk_id = 0, bos_id = 1, eos_id = 2, pad_id = -1;
  std::string unk_surface = " \xE2\x81\x87 ";
};

struct NormalizerSpec {
  std::string name;
  std::string character_map;  ///< empty: identity
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;
};

struct ModelProto {
  std::vector<ModelPiece> pieces;
  TrainerSpec trainer;
  NormalizerSpec normalizer;
};

/// Throws Error naming `where` and the byte offset when the bytes are not such a message.
ModelProto ParseModelProto(std::string_view bytes, const std::string& where);
std::string SerializeModelProto(const ModelProto& model);

/// llama2.c's tokenizer.bin: int32 longest piece, then per piece float score, int32 length, bytes.
bool LooksLikeLlama2c(std::string_view bytes);
ModelProto ParseLlama2c(std::string_view bytes, const std::string& where);

}  // namespace cria::tokenizer
