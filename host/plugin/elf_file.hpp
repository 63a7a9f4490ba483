#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace token_service::plugin {

// What a shared library's file says about itself.
struct AbiTag {
  // The fingerprint (`sdk::kFingerprint`) that the plugin was built with, or none.
  std::optional<std::string> fingerprint;
  // Why there is none, for a message that starts with the file's path.
  std::string problem;
};

// Reads the ABI note of a plugin from the file's bytes, so that nothing of the plugin runs. Also
// refuses what the dynamic loader would stumble over: another class, byte order, machine or type
// of file, and a file that ends before its segments or its section headers do. Takes any bytes.
AbiTag readAbiTag(std::string_view file);

}  // namespace token_service::plugin
