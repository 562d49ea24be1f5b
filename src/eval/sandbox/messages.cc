// sendmsg and recvmsg with SCM_RIGHTS.
#include "eval/sandbox/messages.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cria::eval::sandbox {
namespace {

constexpr size_t kMostDescriptors = 4;

struct Envelope {
  Envelope(void* bytes, size_t size) : part{bytes, size} {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
  }
  iovec part;
  msghdr header = {};
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))] = {};
};

}  // namespace

bool SendMessage(int socket, const void* bytes, size_t size, std::span<const int> descriptors) {
  Envelope envelope(const_cast<void*>(bytes), size);
  if (!descriptors.empty()) {
    envelope.header.msg_control = envelope.control;
    envelope.header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&envelope.header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t sent;
  do {
    sent = ::sendmsg(socket, &envelope.header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size);
}

bool ReceiveMessage(int socket, void* bytes, size_t size, std::span<int> descriptors) {
  std::fill(descriptors.begin(), descriptors.end(), -1);
  Envelope envelope(bytes, size);
  envelope.header.msg_control = envelope.control;
  envelope.header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  ssize_t received;
  do {
    received = ::recvmsg(socket, &envelope.header, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  cmsghdr* rights = received > 0 ? CMSG_FIRSTHDR(&envelope.header) : nullptr;
  if (rights != nullptr && rights->cmsg_type == SCM_RIGHTS) {
    std::memcpy(descriptors.data(), CMSG_DATA(rights),
                std::min(rights->cmsg_len - CMSG_LEN(0), descriptors.size_bytes()));
  }
  return received == static_cast<ssize_t>(size);
}

}  // namespace cria::eval::sandbox
