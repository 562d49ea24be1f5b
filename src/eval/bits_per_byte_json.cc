// JSON form of the results in bits_per_byte.h: what stands in a run's evaluation.json.
#include "eval/bits_per_byte.h"

namespace cria::eval {
namespace {

Json ToJson(const TextScore& score) {
  return {{"documents", score.documents},
          {"bytes", score.bytes},
          {"tokens", score.tokens},
          {"nats", score.nats},
          {"bits_per_byte", score.bits_per_byte()},
          {"perplexity", score.perplexity()}};
}

TextScore TextScoreFromJson(const Json& json, const std::string& where) {
  return {.documents = JsonGet<int64_t>(json, "documents", where),
          .bytes = JsonGet<int64_t>(json, "bytes", where),
          .tokens = JsonGet<int64_t>(json, "tokens", where),
          .nats = JsonGet<double>(json, "nats", where)};
}

Json ToJson(const std::map<std::string, TextScore>& scores) {
  Json json = Json::object();
  for (const auto& [name, score] : scores) json[name] = ToJson(score);
  return json;
}

std::map<std::string, TextScore> ScoresFromJson(const Json& json, const char* key,
                                                const std::string& where) {
  std::map<std::string, TextScore> scores;
  const Json members = JsonGet<Json>(json, key, where);
  for (const auto& [name, score] : members.items()) scores[name] = TextScoreFromJson(score, where);
  return scores;
}

Json ToJson(const CompressedSize& size) {
  return {{"bytes", size.bytes}, {"xz_bytes", size.xz_bytes}, {"zstd_bytes", size.zstd_bytes}};
}

CompressedSize SizeFromJson(const Json& json, const std::string& where) {
  return {.bytes = JsonGet<int64_t>(json, "bytes", where),
          .xz_bytes = JsonGet<int64_t>(json, "xz_bytes", where),
          .zstd_bytes = JsonGet<int64_t>(json, "zstd_bytes", where)};
}

}  // namespace

Json ToJson(const TextEvaluation& evaluation) {
  return {{"rule", evaluation.rule},
          {"total", ToJson(evaluation.total)},
          {"by_source", ToJson(evaluation.by_source)},
          {"by_language", ToJson(evaluation.by_language)}};
}

TextEvaluation TextEvaluationFromJson(const Json& json, const std::string& where) {
  return {.total = TextScoreFromJson(JsonGet<Json>(json, "total", where), where),
          .by_source = ScoresFromJson(json, "by_source", where),
          .by_language = ScoresFromJson(json, "by_language", where),
          .rule = JsonGet<std::string>(json, "rule", where)};
}

Json ToJson(const CompressorComparison& comparison) {
  Json by_source = Json::object();
  for (const auto& [name, size] : comparison.by_source) by_source[name] = ToJson(size);
  return {{"total", ToJson(comparison.total)},
          {"solid", ToJson(comparison.solid)},
          {"by_source", by_source}};
}

CompressorComparison CompressorComparisonFromJson(const Json& json, const std::string& where) {
  CompressorComparison comparison;
  comparison.total = SizeFromJson(JsonGet<Json>(json, "total", where), where);
  comparison.solid = SizeFromJson(JsonGet<Json>(json, "solid", where), where);
  const Json by_source = JsonGet<Json>(json, "by_source", where);
  for (const auto& [name, size] : by_source.items()) {
    comparison.by_source[name] = SizeFromJson(size, where);
  }
  return comparison;
}

}  // namespace cria::eval
