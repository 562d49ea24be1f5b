// What the messages between ranks are about: each stream of them has a tag of its own, so that
// none is taken for another. Groups of parameters are numbered as in ParameterGroups.
#pragma once

#include "comm/collectives.h"

namespace cria::train {

inline constexpr int kSaveTag = comm::kFirstUserTag;
inline constexpr int kCollectTag = kSaveTag + 1;
inline constexpr int kObserveTag = kSaveTag + 2;
inline int GatherTag(int group) { return kObserveTag + 1 + 2 * group; }
inline int GradientTag(int group) { return kObserveTag + 2 + 2 * group; }

}  // namespace cria::train
