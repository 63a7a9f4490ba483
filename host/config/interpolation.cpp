#include "config/interpolation.hpp"

#include "token_service/sdk/secret_file.hpp"

#include <cstdlib>
#include <optional>

namespace token_service::config {
namespace {

class Interpolation {
 public:
  Interpolation(const sdk::SettingNode& node, sdk::SettingsReport& report,
                const std::string& base_folder, const std::string& path)
      : node_(node), report_(report), base_folder_(base_folder), path_(path) {}

  std::string result() {
    std::string out;
    std::string_view rest = node_.text;
    while (!rest.empty()) {
      const std::size_t start = rest.find("${");
      if (start == std::string_view::npos) {
        return out.append(rest);
      }
      if (start > 0 && rest[start - 1] == '$') {
        out.append(rest.substr(0, start - 1)).append("${");
        rest.remove_prefix(start + 2);
        continue;
      }
      out.append(rest.substr(0, start));
      const std::size_t end = rest.find('}', start);
      if (end == std::string_view::npos) {
        problem("has a '${' without '}': write '$${' for a literal '${'");
        return {};
      }
      out.append(valueOf(std::string(rest.substr(start + 2, end - start - 2))));
      rest.remove_prefix(end + 1);
    }
    return out;
  }

 private:
  std::string valueOf(const std::string& name) {
    if (name.starts_with("file:")) {
      return contentOf(name.substr(5));
    }
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') {
      problem("the environment variable " + name + " is not set: set it before the service starts");
      return {};
    }
    return value;
  }

  std::string contentOf(const std::string& name) {
    const std::string file = name.starts_with('/') ? name : base_folder_ + "/" + name;
    report_.files.push_back(file);
    sdk::SecretFile secret = sdk::readSecretFile(file);
    if (secret.state != sdk::SecretFile::State::Read) {
      problem(file + " " + secret.problem, secret.code);
      return {};
    }
    return sdk::withoutTrailingNewline(std::move(secret.content));
  }

  void problem(std::string what, sdk::ErrorCode code = sdk::ErrorCode::InvalidConfig) {
    report_.problems.push_back({code, node_.line, path_, std::move(what)});
  }

  const sdk::SettingNode& node_;
  sdk::SettingsReport& report_;
  const std::string& base_folder_;
  const std::string& path_;
};

}  // namespace

void interpolate(sdk::SettingNode& node, sdk::SettingsReport& report,
                 const std::string& base_folder, const std::string& path) {
  if (node.kind == sdk::SettingNode::Kind::Scalar && node.text.find("${") != std::string::npos) {
    const std::size_t problems = report.problems.size();
    node.text = Interpolation(node, report, base_folder, path).result();
    node.secret = true;
    node.quoted = false;
    if (report.problems.size() > problems) {
      // One sentence is enough: as null it is merely missing, which is known.
      node.kind = sdk::SettingNode::Kind::Null;
      node.refused = true;
    }
  }
  for (std::size_t index = 0; index < node.children.size(); ++index) {
    sdk::SettingNode& child = node.children[index];
    const bool named = node.kind == sdk::SettingNode::Kind::Map;
    interpolate(child, report, base_folder,
                named ? (path.empty() ? child.key : path + "." + child.key)
                      : path + "[" + std::to_string(index) + "]");
  }
}

}  // namespace token_service::config
