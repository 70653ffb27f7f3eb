// Names the calling thread for `top -H`, `perf` and debuggers.
#pragma once

#include <pthread.h>

namespace kith {

/// `name`: at most 15 characters.
inline void set_thread_name(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace kith
