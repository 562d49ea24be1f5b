// fork, exec and wait, with the output kept for the error message.
#include "corpus/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"

extern char** environ;

namespace cria::corpus {

bool HasProgram(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const size_t end = std::min(folders.find(':'), folders.size());
    const fs::path candidate = fs::path(folders.substr(0, end)) / program;
    if (access(candidate.c_str(), X_OK) == 0) return true;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return false;
}

ProcessResult RunProgram(const std::vector<std::string>& command, const fs::path& folder,
                         const std::function<void()>& poll) {
  // An unnamed temporary file takes the output, so that a full pipe can never block the program.
  const int output = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (output < 0) {
    throw Error(fmt::format("cannot write: {}", std::strerror(errno)), folder.string(),
                "name a cache folder that you may write to");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    close(output);
    throw Error(fmt::format("cannot run {}: {}", command[0], std::strerror(error)), folder.string(),
                "install it, or use folders of your own text");
  }
  int status = 0;
  bool interrupted = false;
  while (true) {
    const pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid) break;
    if (ended < 0 && errno != EINTR) {
      close(output);
      throw Error(fmt::format("lost {}: {}", command[0], std::strerror(errno)), folder.string(),
                  "do not start cria with SIGCHLD ignored");
    }
    if (InterruptRequested() && !interrupted) {
      kill(pid, SIGTERM);
      interrupted = true;
    }
    if (poll) poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ProcessResult result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  const off_t size = lseek(output, 0, SEEK_END);
  result.output.resize(static_cast<size_t>(std::max<off_t>(size, 0)));
  const ssize_t got = pread(output, result.output.data(), result.output.size(), 0);
  result.output.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  close(output);
  if (interrupted) throw Interrupted();
  return result;
}

}  // namespace cria::corpus
