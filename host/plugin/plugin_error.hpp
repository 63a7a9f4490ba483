#pragma once

#include "token_service/sdk/abi.hpp"
#include "token_service/sdk/error.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace token_service::plugin {

// Whatever goes wrong with a plugin, as the host sees it: a plugin's file that is refused, a
// constructor or a call that fails, a result that cannot be right. No exception object of a plugin
// passes the guards, only this one, made by the host.
//
// `what()` is one sentence for the operator and starts with `signer(signer-rs256): `.
class PluginError : public sdk::Error {
 public:
  using Code = sdk::ErrorCode;
  using sdk::Error::Error;
};

// `signer` or `store`.
std::string_view kindName(sdk::PluginKind kind);

// The name for a message or a list, at most 64 characters of it, visible ASCII.
std::string printable(std::string_view name);

// `signer(signer-rs256): `, with the printable name.
std::string messagePrefix(sdk::PluginKind kind, std::string_view name);

}  // namespace token_service::plugin
