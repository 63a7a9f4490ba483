#pragma once

#include "token_service/sdk/abi.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace token_service::plugin {

// Whatever goes wrong with a plugin, as the host sees it: a plugin's file that is refused, a
// constructor or a call that fails, a result that cannot be right. The host's own type: no
// exception object of a plugin passes the guards.
//
// `what()` is one sentence for the operator and starts with `signer(signer-rs256): `.
class PluginError : public std::runtime_error {
 public:
  enum class Code {
    // The configuration, or what it points to, cannot work. Exit code 78.
    InvalidConfig,
    // A file or folder may not be used. Exit code 77.
    PermissionDenied,
    // Not now, and certainly nothing was written.
    Unavailable,
    // May have been written.
    Timeout,
    // A fault of the plugin.
    Internal,
  };

  PluginError(Code code, const std::string& what) : std::runtime_error(what), code_(code) {}

  Code code() const noexcept { return code_; }

 private:
  Code code_;
};

// `signer` or `store`.
std::string_view kindName(sdk::PluginKind kind);

// The name for a message or a list, at most 64 characters of it, visible ASCII.
std::string printable(std::string_view name);

// `signer(signer-rs256): `, with the printable name.
std::string messagePrefix(sdk::PluginKind kind, std::string_view name);

}  // namespace token_service::plugin
