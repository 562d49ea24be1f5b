// Attention over keys and values in blocks. Prompt segments go through the forward task of
// attention_forward-inl.h, a block of the cache turned into operands for many rows. Generated ones
// have few rows, so nothing is rearranged for them: scores and sums read the block where it lies.
// Long contexts of these are cut every kSplitKeys keys, wherever the tasks run, and the parts are
// put together in order.
#include "kernels/paged_attention.h"

#include "base/error.h"
#include "kernels/cpu/attention_forward-inl.h"
#include "kernels/cpu/kv_ops.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels {
namespace {

static_assert(kBlockColumns == kKvBlockTokens);
constexpr int64_t kSplitKeys =
    512;  // 128 KiB of fp16 keys at head_dim 128: far above a task's cost

/// One head of one sequence's blocks.
template <class E>
struct BlockSource {
  const KvOperands<E>& operands;
  const KvLayer& layer;
  const PagedSegment& segment;
  int64_t kv_head;

  const uint8_t* Head(int64_t key) const {
    return layer.Head(segment.blocks[static_cast<size_t>(key / kKvBlockTokens)], kv_head);
  }
  void Load(const AttentionOps<E>&, int64_t first_key, int64_t, E*, E* keys, E* values) const {
    const int64_t n = std::min(kKvBlockTokens, segment.first_position + segment.rows - first_key);
    operands.keys(Head(first_key), layer.head_dim, keys);
    operands.values(Head(first_key), layer.head_dim, n, RoundUp(n, kLaneGroup), values);
  }
  void Prefetch(int64_t first_key, int64_t first, int64_t last) const {
    if (first >= last) return;
    const int64_t share = layer.layout().bytes / kKvBlockTokens;
    const uint8_t* head = Head(first_key);
    for (int64_t at = first * share; at < last * share; at += 64) {
      __builtin_prefetch(head + at, 0, 2);
    }
  }
};

/// What one task leaves of its rows where the keys are cut: not yet divided by the sum.
struct Part {
  float* out = nullptr;    // [rows][width]
  float* total = nullptr;  // [rows]
  float* max = nullptr;    // [rows], in units of log2
};

struct Task {
  int64_t segment = 0, kv_head = 0;
  int64_t first_query = 0, queries = 0;
  int64_t first_key = 0, end_key = 0;  // generated: keys of this part
  int64_t part = -1;                   // generated: number among the parts, -1 if it is whole
  int64_t cost = 0;
};

/// The parts of one generated segment's head that have to be put together.
struct Merge {
  int64_t segment = 0, kv_head = 0;
  int64_t first_part = 0, parts = 0;
};

struct Plan {
  std::vector<Task> tasks;
  std::vector<Merge> merges;
  int64_t parts = 0, part_rows = 0;  // rows of the largest part
};

Plan MakePlan(const Context& context, int64_t group, int64_t kv_heads,
              std::span<const PagedSegment> segments) {
  Plan plan;
  int64_t prompt_rows = 0;
  for (const PagedSegment& s : segments) {
    if (!s.generated) prompt_rows += s.rows * group * kv_heads;
  }
  const int64_t per_task = QueriesPerTask(context, prompt_rows, group);
  for (size_t i = 0; i < segments.size(); ++i) {
    const PagedSegment& s = segments[i];
    const int64_t index = static_cast<int64_t>(i), end = s.first_position + s.rows;
    for (int64_t h = 0; h < kv_heads; ++h) {
      if (!s.generated) {
        for (int64_t first = 0; first < s.rows; first += per_task) {
          const int64_t queries = std::min(per_task, s.rows - first);
          plan.tasks.push_back({.segment = index,
                                .kv_head = h,
                                .first_query = first,
                                .queries = queries,
                                .cost = queries * (s.first_position + first + queries)});
        }
        continue;
      }
      const int64_t parts = (end + kSplitKeys - 1) / kSplitKeys;
      if (parts > 1) {
        plan.merges.push_back({index, h, plan.parts, parts});
        plan.part_rows = std::max(plan.part_rows, s.rows * group);
      }
      for (int64_t p = 0; p < parts; ++p) {
        const int64_t first_key = p * kSplitKeys;
        const int64_t first_query = std::max<int64_t>(0, first_key - s.first_position);
        const int64_t end_key = std::min(end, first_key + kSplitKeys);
        plan.tasks.push_back({.segment = index,
                              .kv_head = h,
                              .first_query = first_query,
                              .queries = s.rows - first_query,
                              .first_key = first_key,
                              .end_key = end_key,
                              .part = parts > 1 ? plan.parts++ : -1,
                              .cost = (s.rows - first_query) * (end_key - first_key)});
      }
    }
  }
  // The longest first, so that none is left to one thread at the end; equal ones keep memory order.
  std::stable_sort(plan.tasks.begin(), plan.tasks.end(),
                   [](const Task& a, const Task& b) { return a.cost > b.cost; });
  return plan;
}

/// Memory of the parts, kept by the calling thread.
class Parts {
 public:
  Parts(int64_t parts, int64_t rows, int64_t width) : rows_(rows), width_(width) {
    thread_local Buffer<float> memory;
    const int64_t size = parts * rows * (width + 2);
    if (memory.size() < size) memory = Buffer<float>(size);
    memory_ = memory.data();
  }
  Part operator[](int64_t i) const {
    float* at = memory_ + i * rows_ * (width_ + 2);
    return {at, at + rows_ * width_, at + rows_ * (width_ + 1)};
  }

 private:
  int64_t rows_, width_;
  float* memory_;
};

/// One layer's call.
template <class T>
struct Call {
  const PagedShape& shape;
  const KvLayer& layer;
  std::span<const PagedSegment> segments;
  const T* q;
  T* out;

  int64_t dim = layer.head_dim, group = shape.heads / layer.kv_heads;
  int64_t width = RoundUp(dim, kLaneGroup);
  const KvOps& kv = KvOpsOf(layer.type);

  template <class E>
  void RunPrompt(const AttentionOps<E>& ops, const Task& task) const {
    const PagedSegment& s = segments[static_cast<size_t>(task.segment)];
    const BlockSource<E> source{kv.operands<E>(), layer, s, task.kv_head};
    const int64_t head = task.kv_head * group * dim;
    const QueryRows<T> rows{.q = q + s.first_row * shape.q_stride + head,
                            .q_stride = shape.q_stride,
                            .out = out + s.first_row * shape.out_stride + head,
                            .out_stride = shape.out_stride,
                            .lse = nullptr,
                            .lse_stride = 0,
                            .group = group,
                            .dim = dim,
                            .first_query = task.first_query,
                            .queries = task.queries,
                            .first_position = s.first_position};
    ForwardTask<T, E, BlockSource<E>>{ops, source, rows}.Run();
  }

  T* OutRow(const PagedSegment& s, int64_t kv_head, int64_t query, int64_t r) const {
    return out + (s.first_row + query) * shape.out_stride + (kv_head * group + r) * dim;
  }

  /// Row r is query first_query + r / group, head r % group. Each has a key in the part's first
  /// block, so the running maximum is finite from there on.
  void RunGenerated(const Task& task, const Parts& parts) const {
    const PagedSegment& s = segments[static_cast<size_t>(task.segment)];
    const int64_t rows = task.queries * group;
    using S = Scratch;
    S scratch(2 * S::Bytes<float>(rows * width) + 2 * S::Bytes<float>(rows * kKvBlockTokens) +
              S::Bytes<SoftmaxRow>(rows) + S::Bytes<int64_t>(rows));
    float* query = scratch.Take<float>(rows * width);
    float* sum = scratch.Take<float>(rows * width);
    float* scores = scratch.Take<float>(rows * kKvBlockTokens);
    float* p = scratch.Take<float>(rows * kKvBlockTokens);
    SoftmaxRow* state = scratch.Take<SoftmaxRow>(rows);
    int64_t* visible = scratch.Take<int64_t>(rows);
    std::fill_n(sum, rows * width, 0.0f);
    for (int64_t i = 0; i < task.queries; ++i) {
      LoadRows(
          q + (s.first_row + task.first_query + i) * shape.q_stride + task.kv_head * group * dim,
          dim, group, dim, query + i * group * width, group, width);
    }
    for (int64_t r = 0; r < rows; ++r) state[r] = {{}, -INFINITY, -INFINITY};
    const auto head_at = [&](int64_t key) -> const uint8_t* {
      if (key >= task.end_key) return nullptr;
      return layer.Head(s.blocks[static_cast<size_t>(key / kKvBlockTokens)], task.kv_head);
    };
    const float scale = kLog2E / std::sqrt(static_cast<float>(dim));
    for (int64_t key = task.first_key; key < task.end_key; key += kKvBlockTokens) {
      const int64_t n = std::min(kKvBlockTokens, task.end_key - key);
      for (int64_t r = 0; r < rows; ++r) {
        visible[r] = s.first_position + task.first_query + r / group + 1 - key;
      }
      const uint8_t* head = head_at(key);
      const uint8_t* next = head_at(key + kKvBlockTokens);
      kv.scores({rows, n, query, head, next, scores}, dim);
      FloatAttentionOps().softmax({.rows = rows,
                                   .n = RoundUp(n, kLaneGroup),
                                   .scores = scores,
                                   .visible = visible,
                                   .scale = scale,
                                   .state = state,
                                   .p = p,
                                   .out = sum,
                                   .out_columns = width});
      kv.sums({rows, n, p, head, next, sum}, dim);
    }
    StoreGenerated(task, parts, sum, state);
  }

  /// Sums of the task's rows: divided and done, or left as a part.
  void StoreGenerated(const Task& task, const Parts& parts, const float* sum,
                      const SoftmaxRow* state) const {
    const PagedSegment& s = segments[static_cast<size_t>(task.segment)];
    for (int64_t r = 0; r < task.queries * group; ++r) {
      float total = 0;
      for (const float lane : state[r].sums) total += lane;
      if (task.part < 0) {
        AttentionRowOps<T>().store(sum + r * width, width, 1, dim, 1 / total,
                                   OutRow(s, task.kv_head, task.first_query + r / group, r % group),
                                   0);
        continue;
      }
      const Part part = parts[task.part];
      const int64_t to = task.first_query * group + r;
      std::copy_n(sum + r * width, width, part.out + to * width);
      part.total[to] = total;
      part.max[to] = state[r].max;
    }
  }

  /// Weighs each part by 2^(its maximum - the largest).
  void RunMerge(const Merge& merge, const Parts& parts) const {
    const PagedSegment& s = segments[static_cast<size_t>(merge.segment)];
    Scratch scratch(Scratch::Bytes<float>(width));
    float* sum = scratch.Take<float>(width);
    for (int64_t r = 0; r < s.rows * group; ++r) {
      const int64_t position = s.first_position + r / group;
      const int64_t last = position / kSplitKeys;  // parts behind it see none of this row
      float max = -INFINITY, total = 0;
      for (int64_t i = 0; i <= last; ++i) max = std::max(max, parts[merge.first_part + i].max[r]);
      std::fill_n(sum, width, 0.0f);
      for (int64_t i = 0; i <= last; ++i) {
        const Part part = parts[merge.first_part + i];
        const float weight = std::exp2(part.max[r] - max);
        total += weight * part.total[r];
        for (int64_t d = 0; d < width; ++d) sum[d] += weight * part.out[r * width + d];
      }
      AttentionRowOps<T>().store(sum, width, 1, dim, 1 / total,
                                 OutRow(s, merge.kv_head, r / group, r % group), 0);
    }
  }
};

void CheckSegments(const KvLayer& layer, std::span<const PagedSegment> segments) {
  for (const PagedSegment& s : segments) {
    const int64_t end = s.first_position + s.rows;
    CRIA_CHECK(s.rows > 0 && std::ssize(s.blocks) * kKvBlockTokens >= end,
               "{} rows at {}, {} blocks", s.rows, s.first_position, s.blocks.size());
    for (int64_t b = 0; b * kKvBlockTokens < end; ++b) {
      const int32_t block = s.blocks[static_cast<size_t>(b)];
      CRIA_CHECK(block >= 0 && block < layer.blocks, "block {} of {}", block, layer.blocks);
    }
  }
}

/// Rows of one segment that go to one block.
struct StoreTask {
  int64_t row, n, first;  // first row of the batch, rows, first token within the block
  int32_t block;
};

/// Heads [first_head, end_head) of the task's rows.
template <class T>
void StoreHeads(const KvLayer& layer, const KvOps& kv, const StoreTask& task, int64_t first_head,
                int64_t end_head, const T* k, const T* v, int64_t stride) {
  const KvHeadLayout layout = layer.layout();
  const int64_t width = layout.width, dim = layer.head_dim;
  using S = Scratch;
  const int64_t own = task.n * (width + layout.groups);
  S scratch(2 * S::Bytes<float>(task.n * width) + S::Bytes<float>(own));
  float* keys = scratch.Take<float>(task.n * width);
  float* values = scratch.Take<float>(task.n * width);
  float* rest = scratch.Take<float>(own);
  for (int64_t h = first_head; h < end_head; ++h) {
    const int64_t at = task.row * stride + h * dim;
    LoadRows(k + at, stride, task.n, dim, keys, task.n, width);
    LoadRows(v + at, stride, task.n, dim, values, task.n, width);
    kv.store({keys, values, task.first, task.n, layer.Head(task.block, h), rest}, dim);
  }
}

}  // namespace

template <class T>
void StoreKeysValues(const Context& context, const KvLayer& layer, const PagedRows& rows,
                     const T* k, const T* v, int64_t stride) {
  CheckSegments(layer, rows.segments);
  if (context.accelerator() != nullptr) {
    return cuda::StoreKeysValues(context, layer, *rows.pages, k, v, stride);
  }
  const KvOps& kv = KvOpsOf(layer.type);
  std::vector<StoreTask> tasks;
  for (const PagedSegment& s : rows.segments) {
    for (int64_t row = 0; row < s.rows;) {
      const int64_t position = s.first_position + row, first = position % kKvBlockTokens;
      const int64_t n = std::min(s.rows - row, kKvBlockTokens - first);
      tasks.push_back(
          {s.first_row + row, n, first, s.blocks[static_cast<size_t>(position / kKvBlockTokens)]});
      row += n;
    }
  }
  // One token's heads are little work; they are cut only as far as there are threads.
  const int64_t count = std::ssize(tasks), heads = layer.kv_heads;
  const int64_t cuts = std::clamp<int64_t>(context.threads() / count, 1, heads);
  context.ParallelFor(count * cuts, [&](int64_t i) {
    StoreHeads(layer, kv, tasks[static_cast<size_t>(i / cuts)], i % cuts * heads / cuts,
               (i % cuts + 1) * heads / cuts, k, v, stride);
  });
}

template <class T>
void PagedAttention(const Context& context, const PagedShape& shape, const KvLayer& layer,
                    const PagedRows& rows, const T* q, T* out) {
  const std::span<const PagedSegment> segments = rows.segments;
  CRIA_CHECK(shape.heads % layer.kv_heads == 0 && layer.head_dim % 2 == 0,
             "heads {} of {}, head_dim {}", shape.heads, layer.kv_heads, layer.head_dim);
  CheckSegments(layer, segments);
  if (context.accelerator() != nullptr) {
    return cuda::PagedAttention(context, shape, layer, *rows.pages, q, out);
  }
  const Call<T> call{shape, layer, segments, q, out};
  const Plan plan = MakePlan(context, call.group, layer.kv_heads, segments);
  const Parts parts(plan.parts, plan.part_rows, call.width);
  WithAttentionOps<T>([&]<class E>(const AttentionOps<E>& ops) {
    context.ParallelFor(std::ssize(plan.tasks), [&](int64_t i) {
      const Task& task = plan.tasks[static_cast<size_t>(i)];
      if (segments[static_cast<size_t>(task.segment)].generated) {
        call.RunGenerated(task, parts);
      } else {
        call.RunPrompt(ops, task);
      }
    });
  });
  context.ParallelFor(std::ssize(plan.merges), [&](int64_t i) {
    call.RunMerge(plan.merges[static_cast<size_t>(i)], parts);
  });
}

#define CRIA_INSTANTIATE(T)                                                                    \
  template void StoreKeysValues<T>(const Context&, const KvLayer&, const PagedRows&, const T*, \
                                   const T*, int64_t);                                         \
  template void PagedAttention<T>(const Context&, const PagedShape&, const KvLayer&,           \
                                  const PagedRows&, const T*, T*);
CRIA_INSTANTIATE(float)
CRIA_INSTANTIATE(BF16)
#undef CRIA_INSTANTIATE

}  // namespace cria::kernels
