#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace token_service::test {

// What a process on this machine uses, as /proc says. Each throws if there is no such process.

// Memory that is really there (VmRSS).
std::size_t residentBytes(pid_t process);
// Of all its threads, in user mode and in the kernel; in steps of 10 ms.
std::chrono::milliseconds processorTime(pid_t process);
std::size_t openFiles(pid_t process);

}  // namespace token_service::test
