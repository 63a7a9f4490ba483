#include "app/command_line.hpp"
#include "app/commands.hpp"
#include "app/exit_code.hpp"
#include "app/key_commands.hpp"
#include "app/version.hpp"
#include "config/config_error.hpp"
#include "front/listener.hpp"
#include "token_service/sdk/error.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace token_service;

int run(const app::CommandLine& line) {
  switch (line.command) {
    case app::Command::Serve:
      return app::serve(line);
    case app::Command::Check:
      return app::check(line);
    case app::Command::Migrate:
      return app::migrate(line);
    case app::Command::GenerateKeys:
      return app::generateKeys(line);
    case app::Command::ListKeys:
      return app::listKeys(line);
    case app::Command::ShowSchedule:
      return app::showSchedule(line);
    case app::Command::Plugins:
      return app::listPlugins(line);
    case app::Command::Version:
      std::printf("token-service %s\n", app::kVersion);
      return app::exit_code::kSuccess;
    case app::Command::Help:
      std::fputs(app::kHelp, stdout);
      return app::exit_code::kSuccess;
  }
  return app::exit_code::kUsage;
}

int exitCodeOf(const sdk::Error& error) {
  switch (error.code()) {
    case sdk::ErrorCode::InvalidConfig:
      return app::exit_code::kBadConfig;
    case sdk::ErrorCode::PermissionDenied:
      return app::exit_code::kNoPermission;
    case sdk::ErrorCode::Unavailable:
    case sdk::ErrorCode::Timeout:
      return app::exit_code::kUnavailable;
    case sdk::ErrorCode::Internal:
      break;
  }
  return app::exit_code::kSoftware;
}

int exitCodeOf(const front::ListenError& error) {
  switch (error.reason()) {
    case front::ListenError::Reason::Taken:
      return app::exit_code::kUnavailable;
    case front::ListenError::Reason::Denied:
      return app::exit_code::kNoPermission;
    case front::ListenError::Reason::Unusable:
      break;
  }
  return app::exit_code::kBadConfig;
}

int fail(const std::exception& error, int exit_code) {
  std::fprintf(stderr, "token-service: %s\n", error.what());
  return exit_code;
}

// Of all that may be refused for now, only threads are asked for without a word of what it was.
int fail(const std::system_error& error) {
  if (error.code() != std::errc::resource_unavailable_try_again) {
    return fail(error, app::exit_code::kSoftware);
  }
  std::fprintf(stderr,
               "token-service: cannot start a thread (%s): raise the limit of processes or of "
               "memory\n",
               error.code().message().c_str());
  return app::exit_code::kUnavailable;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(app::parseCommandLine(std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const app::UsageError& error) {
    return fail(error, app::exit_code::kUsage);
  } catch (const config::MissingFile& error) {
    return fail(error, app::exit_code::kNoInput);
  } catch (const front::ListenError& error) {
    return fail(error, exitCodeOf(error));
  } catch (const sdk::Error& error) {
    return fail(error, exitCodeOf(error));
  } catch (const std::system_error& error) {
    return fail(error);
  } catch (const std::exception& error) {
    return fail(error, app::exit_code::kSoftware);
  }
}
