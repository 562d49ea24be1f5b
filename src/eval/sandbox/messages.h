// Messages between the processes of the sandbox: a few bytes and open descriptors over a UNIX
// socket. Only system calls.
#pragma once

#include <cstddef>
#include <span>

namespace cria::eval::sandbox {

/// False, with errno, if the other end is gone.
bool SendMessage(int socket, const void* bytes, size_t size, std::span<const int> descriptors);

/// Reads one message into `bytes` and its descriptors, closed on exec, into `descriptors`: -1 where
/// fewer came. False if the other end is gone or the message is not of `size` bytes.
bool ReceiveMessage(int socket, void* bytes, size_t size, std::span<int> descriptors);

}  // namespace cria::eval::sandbox
