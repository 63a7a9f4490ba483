#include "plugin/plugin_error.hpp"

#include <algorithm>

namespace token_service::plugin {

std::string_view kindName(sdk::PluginKind kind) {
  return kind == sdk::PluginKind::Signer ? "signer" : "store";
}

std::string printable(std::string_view name) {
  constexpr std::size_t kShown = 64;
  std::string shown(name.substr(0, kShown));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c <= ' ' || c > '~'; }, '?');
  return name.size() > kShown ? shown + "..." : shown;
}

std::string messagePrefix(sdk::PluginKind kind, std::string_view name) {
  return std::string(kindName(kind)) + "(" + printable(name) + "): ";
}

}  // namespace token_service::plugin
