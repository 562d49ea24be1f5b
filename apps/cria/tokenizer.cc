// `cria tokenizer`: train, encode, decode, inspect. Text and ids go line by line through stdin and
// stdout; the work is the tokenizer room's.
#include "tokenizer/tokenizer.h"

#include <charconv>
#include <chrono>
#include <iostream>
#include <memory>
#include <sstream>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/units.h"
#include "command.h"
#include "infer/load.h"
#include "json_line.h"
#include "output_path.h"
#include "tokenizer/chat_prompt.h"
#include "tokenizer/trainer.h"

namespace cria::app {
namespace {

using tokenizer::PieceType;
using tokenizer::Tokenizer;
using tokenizer::Trainer;
using tokenizer::TrainerOptions;

constexpr size_t kBlockBytes = 16 << 20;

struct TrainFlags {
  CommonFlags common;
  std::vector<std::string> input;
  std::string vocab_size = "32000", out = "tokenizer.model";
  TrainerOptions options;
  bool force = false;
};

struct UseFlags {
  CommonFlags common;
  std::string tokenizer = "tokenizer.model";
  bool pieces = false, jsonl = false, special = false;
};

bool IsCompressed(std::string_view bytes) {
  return bytes.starts_with("\x1F\x8B") || bytes.starts_with("\x28\xB5\x2F\xFD");
}

/// JSON lines give their "text"; other files are text as they stand. Both may be .gz or .zst.
void AddFile(const fs::path& path, Trainer* trainer, const Context& context) {
  const bool jsonl = path.filename().string().find(".jsonl") != std::string::npos;
  const MappedFile file(path);
  if (!jsonl && !IsCompressed(file.text())) {
    trainer->AddText(file.text(), context);
    return;
  }
  TextReader reader(path);
  std::string block, line;
  for (int64_t number = 1; reader.NextLine(&line); ++number) {
    if (jsonl) {
      const std::string where = fmt::format("{}, line {}", path.string(), number);
      block += JsonGet<std::string>(ParseJson(line, where), "text", where);
    } else {
      block += line;
    }
    block += '\n';
    if (block.size() < kBlockBytes) continue;
    trainer->AddText(block, context);
    block.clear();
    ThrowIfInterrupted();
  }
  trainer->AddText(block, context);
}

void RunTrain(TrainFlags* flags) {
  const auto start = std::chrono::steady_clock::now();
  RequireWritable(flags->out, flags->force, "--out");
  RequireNoInput(flags->out, flags->input, "--out");
  for (const std::string& path : flags->input) {
    if (fs::is_regular_file(path)) MappedFile{path};  // unreadable files fail before work
  }
  const int64_t vocab_size = ParseCount(flags->vocab_size, "--vocab-size");
  if (vocab_size < 260 || vocab_size > 4'000'000) {
    throw Error("no such vocabulary can be trained", "--vocab-size",
                "ask for 260 to 4M pieces: 256 bytes and 3 control pieces are always there");
  }
  flags->options.vocab_size = static_cast<int>(vocab_size);
  const Context context = flags->common.MakeContext();
  Trainer trainer(flags->options);
  for (const std::string& path : flags->input) AddFile(path, &trainer, context);
  if (trainer.skipped_sentences() > 0) {
    context.Log(
        LogLevel::kWarning,
        fmt::format("{} of {} lines are left out: longer than {} bytes or with U+2585",
                    trainer.skipped_sentences(), trainer.sentences() + trainer.skipped_sentences(),
                    flags->options.max_sentence_length));
  }
  const Tokenizer trained = trainer.Train(context);
  trained.Save(flags->out);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (flags->common.json) {
    const Json json = {{"path", flags->out},
                       {"vocab_size", trained.vocab_size()},
                       {"sentences", trainer.sentences()},
                       {"skipped_sentences", trainer.skipped_sentences()},
                       {"sha256", trained.digest()},
                       {"seconds", seconds.count()}};
    std::cout << json.dump() << '\n';
  } else {
    context.Log(LogLevel::kInfo,
                fmt::format("{}: {} pieces from {} lines in {}", flags->out, trained.vocab_size(),
                            trainer.sentences(), FormatSeconds(seconds.count())));
  }
}

template <class F>
void ForEachInputLine(F&& f) {
  std::ios::sync_with_stdio(false);
  std::string line;
  for (int64_t number = 1; std::getline(std::cin, line); ++number) {
    f(line, fmt::format("standard input, line {}", number));
    if (number % 1024 == 0) ThrowIfInterrupted();
  }
  std::cout.flush();
  if (!std::cout) throw Error("could not write the result", "standard output", "free some space");
}

// Lines in, lines out: as JSON they are --jsonl.
void RequireNoJson(const UseFlags& flags) {
  if (flags.common.json) throw Error("lines have a form of their own", "--json", "give --jsonl");
}

void RunEncode(const UseFlags& flags) {
  RequireNoJson(flags);
  const Tokenizer tokenizer = infer::LoadTokenizer(flags.tokenizer);
  std::vector<int32_t> ids;
  std::string out;
  const auto encode = [&](const std::string& text) {
    ids.clear();
    if (flags.special) {
      ids = tokenizer.EncodeSpecial(text);
    } else {
      tokenizer.Encode(text, &ids);
    }
  };
  ForEachInputLine([&](const std::string& line, const std::string& where) {
    if (flags.jsonl) {
      encode(JsonGet<std::string>(ParseJsonLine(line, where), "text", where));
      Json json = {{"ids", ids}};
      for (const int32_t id : ids) {
        if (flags.pieces) json["pieces"].push_back(tokenizer.Piece(id));
      }
      std::cout << json.dump() << '\n';
      return;
    }
    encode(line);
    out.clear();
    for (const int32_t id : ids) {
      if (!out.empty()) out += ' ';
      flags.pieces ? out.append(tokenizer.Piece(id)) : out.append(std::to_string(id));
    }
    std::cout << out << '\n';
  });
}

void RunDecode(const UseFlags& flags) {
  RequireNoJson(flags);
  const Tokenizer tokenizer = infer::LoadTokenizer(flags.tokenizer);
  ForEachInputLine([&](const std::string& line, const std::string& where) {
    std::vector<int32_t> ids;
    if (flags.jsonl) {
      ids = JsonGet<std::vector<int32_t>>(ParseJsonLine(line, where), "ids", where);
    } else {
      std::istringstream words(line);
      for (std::string word; words >> word;) {
        int32_t id = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (error != std::errc() || end != word.data() + word.size()) {
          throw Error(fmt::format("\"{}\" is no token id", word), where,
                      "write numbers with blanks between");
        }
        ids.push_back(id);
      }
    }
    for (const int32_t id : ids) tokenizer.RequireId(id, where);
    const std::string text = tokenizer.Decode(ids);
    std::cout << (flags.jsonl ? Json{{"text", text}}.dump() : text) << '\n';
  });
}

void RunInspect(const UseFlags& flags) {
  const Tokenizer tokenizer = infer::LoadTokenizer(flags.tokenizer);
  int64_t normal = 0, single = 0;
  std::string longest;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.Type(id) != PieceType::kNormal) continue;
    ++normal;
    const std::string& piece = tokenizer.Piece(id);
    int64_t characters = 0;
    for (const char c : piece) characters += (c & 0xC0) != 0x80;
    single += characters == 1;
    if (piece.size() > longest.size()) longest = piece;
  }
  const tokenizer::TrainerSpec& spec = tokenizer.model().trainer;
  const Json json = {{"path", flags.tokenizer},
                     {"model_type", "BPE"},
                     {"vocab_size", tokenizer.vocab_size()},
                     {"normal_pieces", normal},
                     {"single_characters", single},
                     {"byte_pieces", 256},
                     {"longest_piece", longest},
                     {"unk_id", tokenizer.unk_id()},
                     {"bos_id", tokenizer.bos_id()},
                     {"eos_id", tokenizer.eos_id()},
                     {"end_ids", tokenizer.end_ids()},
                     {"added_tokens", tokenizer.added_tokens().size()},
                     {"chat_template", tokenizer::ChatFormat::Choose(tokenizer).Describe()},
                     {"add_dummy_prefix", tokenizer.model().normalizer.add_dummy_prefix},
                     {"split_digits", spec.split_digits},
                     {"character_coverage", spec.character_coverage},
                     {"sha256", tokenizer.digest()}};
  if (flags.common.json) {
    std::cout << json.dump() << '\n';
    return;
  }
  for (const auto& [key, value] : json.items()) {
    std::cout << fmt::format("{:<20} {}\n", key,
                             value.is_string() ? value.get<std::string>() : value.dump());
  }
}

void AddTrain(CLI::App* parent) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App* command = AddCommand(parent, "train", "Trains a BPE tokenizer like LLaMA's on text",
                                 &flags->common, [flags] { RunTrain(flags.get()); });
  TrainerOptions& options = flags->options;
  command->add_option("--input", flags->input, "Text or .jsonl files with \"text\"; also .gz, .zst")
      ->required();
  command->add_option("--vocab-size", flags->vocab_size, "Pieces, 259 of them fixed")
      ->capture_default_str();
  command->add_option("--out", flags->out, "The SentencePiece model to write")
      ->capture_default_str();
  command
      ->add_option("--character-coverage", options.character_coverage,
                   "Share of characters that get a piece")
      ->check(Between(0.98, 1))
      ->capture_default_str();
  command
      ->add_option("--max-sentence-length", options.max_sentence_length,
                   "Longer lines are left out (bytes; 0: none)")
      ->check(AtLeast0())
      ->capture_default_str();
  command->add_flag("--force", flags->force, "Overwrite the output");
  command->footer(
      "Example: cria tokenizer train --input corpus.txt --vocab-size 32000 --out tokenizer.model");
}

CLI::App* AddUse(CLI::App* parent, const std::string& name, const std::string& description,
                 void (*run)(const UseFlags&), std::shared_ptr<UseFlags> flags) {
  CLI::App* command =
      AddCommand(parent, name, description, &flags->common, [flags, run] { run(*flags); });
  command
      ->add_option("--tokenizer", flags->tokenizer,
                   "A tokenizer.model, tokenizer.json, llama2.c tokenizer.bin, or the .gguf file "
                   "that holds one")
      ->capture_default_str();
  return command;
}

}  // namespace

void AddTokenizerCommand(CLI::App* app) {
  CLI::App* parent = app->add_subcommand("tokenizer", "Train and use tokenizers");
  parent->require_subcommand(1);
  AddTrain(parent);

  auto encode_flags = std::make_shared<UseFlags>();
  CLI::App* encode = AddUse(parent, "encode", "Text lines on stdin to ids, without BOS and EOS",
                            RunEncode, encode_flags);
  encode->add_flag("--pieces", encode_flags->pieces, "Pieces instead of ids (with --jsonl: both)");
  encode->add_flag("--special", encode_flags->special,
                   "Control tokens such as </s> in the text are parsed");
  encode->add_flag("--jsonl", encode_flags->jsonl, "JSON lines: {\"text\"} to {\"ids\"}");
  encode->footer("Example: echo 'Hello world' | cria tokenizer encode --tokenizer tokenizer.model");

  auto decode_flags = std::make_shared<UseFlags>();
  CLI::App* decode =
      AddUse(parent, "decode", "Lines of ids on stdin to text", RunDecode, decode_flags);
  decode->add_flag("--jsonl", decode_flags->jsonl, "JSON lines: {\"ids\"} to {\"text\"}");
  decode->footer("Example: echo '15043 3186' | cria tokenizer decode --tokenizer tokenizer.model");

  CLI::App* inspect =
      AddUse(parent, "inspect", "What a tokenizer is", RunInspect, std::make_shared<UseFlags>());
  inspect->footer("Example: cria tokenizer inspect --tokenizer tokenizer.model --json");
}

}  // namespace cria::app
