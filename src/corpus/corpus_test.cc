#include <gtest/gtest.h>
#include "corpus/build.h"
