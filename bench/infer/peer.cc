// Speed of llama.cpp's own library on one GGUF file: reading a prompt, and writing token by token,
// one sequence or several in one batch, as its llama-batched-bench does (given tokens behind 16
// others, no sampling). Prints one JSON line. Built by bench/infer/peer.sh against the headers and
// libraries that the npm package node-llama-cpp carries.
//   peer LIBRARIES MODEL.gguf PROMPT_TOKENS NEW_TOKENS ROUNDS THREADS SEQUENCES
#include <ggml-backend.h>
#include <llama.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "peer: %s\n", what);
  std::exit(1);
}

constexpr int kBehind = 16;  // tokens that each sequence has when the writing begins

llama_token Token(int i) { return (i * 7919 + 3) % 32000; }

// Tokens [first, first + n) of every sequence below `sequences`, logits for the last of each.
void Decode(llama_context* context, llama_batch* batch, int sequences, int first, int n) {
  batch->n_tokens = 0;
  for (int s = 0; s < sequences; ++s) {
    for (int i = 0; i < n; ++i) {
      const int at = batch->n_tokens++;
      batch->token[at] = Token(first + i + s);
      batch->pos[at] = first + i;
      batch->n_seq_id[at] = 1;
      batch->seq_id[at][0] = s;
      batch->logits[at] = i + 1 == n;
    }
  }
  if (llama_decode(context, *batch) != 0) Fail("llama_decode failed");
  llama_synchronize(context);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) Fail("LIBRARIES MODEL PROMPT_TOKENS NEW_TOKENS ROUNDS THREADS SEQUENCES");
  const int prompt = std::atoi(argv[3]), made = std::atoi(argv[4]), rounds = std::atoi(argv[5]);
  const int threads = std::atoi(argv[6]), sequences = std::atoi(argv[7]);
  llama_log_set(
      [](ggml_log_level level, const char* text, void*) {
        if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
      },
      nullptr);
  ggml_backend_load_all_from_path(argv[1]);
  llama_backend_init();
  llama_model* model = llama_model_load_from_file(argv[2], llama_model_default_params());
  if (model == nullptr) Fail("no model");
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<uint32_t>(std::max(prompt, (made + kBehind) * sequences) + 256);
  params.n_batch = params.n_ubatch =
      static_cast<uint32_t>(std::max({512, prompt, kBehind * sequences}));
  params.n_seq_max = static_cast<uint32_t>(sequences);
  params.n_threads = params.n_threads_batch = threads;
  params.kv_unified = true;
  llama_context* context = llama_init_from_model(model, params);
  if (context == nullptr) Fail("no context");
  llama_batch batch = llama_batch_init(std::max(prompt, kBehind * sequences), 0, 1);
  std::vector<double> read, write;
  for (int round = 0; round <= rounds; ++round) {  // the first only warms up
    llama_memory_clear(llama_get_memory(context), true);
    const double begin = Now();
    if (prompt > 0) Decode(context, &batch, 1, 0, prompt);
    const double after = Now();
    llama_memory_clear(llama_get_memory(context), true);
    Decode(context, &batch, sequences, 0, kBehind);
    const double start = Now();
    for (int i = 0; i < made; ++i) Decode(context, &batch, sequences, kBehind + i, 1);
    const double end = Now();
    if (round == 0) continue;
    read.push_back(prompt / (after - begin));
    write.push_back(sequences * made / (end - start));
  }
  std::printf("{\"prefill\": %.2f, \"decode\": %.2f}\n", Median(read), Median(write));
}
