// Ctrl-C and SIGTERM as a flag that long work polls. The second signal kills at once.
#pragma once

namespace cria {

/// Installs handlers for SIGINT and SIGTERM. Called once, by the app.
void InstallInterruptHandler();

/// True after the first signal.
bool InterruptRequested();

/// Throws Interrupted if a signal came. Call where state is consistent.
void ThrowIfInterrupted();

/// Forgets the signal: for programs that go on after stopping one thing. The next signal counts as
/// the first again.
void ForgetInterrupt();

/// True once SIGTERM came: who asks for the end of the program, not of one thing. Not forgotten.
bool TerminationRequested();

/// For tests: sets or clears the flag.
void SetInterruptRequested(bool requested);

}  // namespace cria
