// token-service-conformance PLUGIN.so SETTINGS.yaml [--gtest_...]
//
// Loads a plugin as the service does and holds it to the contract of its kind. SETTINGS.yaml is the
// map that would stand under `settings` in the service's configuration.

#include "config/interpolation.hpp"
#include "config/yaml_tree.hpp"
#include "plugin/create.hpp"
#include "plugin/loader.hpp"
#include "plugin_under_test.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>

namespace {

using namespace token_service;

class StandardErrorHost final : public sdk::Host {
 public:
  void log(sdk::LogLevel, std::string_view event,
           std::span<const sdk::LogField> fields) noexcept override {
    std::fprintf(stderr, "plugin: %.*s", static_cast<int>(event.size()), event.data());
    for (const sdk::LogField& field : fields) {
      std::fprintf(stderr, " %.*s=%.*s", static_cast<int>(field.key.size()), field.key.data(),
                   static_cast<int>(field.value.size()), field.value.data());
    }
    std::fputc('\n', stderr);
  }

  sdk::Time now() const noexcept override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

// Calls `create` with a fresh reading of the settings, so that each object is made as at a start.
template <typename Create>
auto makeWith(const std::string& file, Create create) {
  sdk::SettingNode tree = config::readYamlFile(file);
  sdk::SettingsReport report;
  report.file = file;
  const std::string folder = std::filesystem::absolute(file).parent_path().string();
  config::interpolate(tree, report, folder);
  sdk::Settings settings(tree, report, folder);
  return create(settings);
}

int run(const std::filesystem::path& file, const std::string& settings_file) {
  static StandardErrorHost host;
  const std::filesystem::path path = std::filesystem::absolute(file);
  const plugin::LoadedPlugin& loaded =
      plugin::Loader(path.parent_path()).load(path.stem().string());
  conformance::PluginUnderTest& plugin = conformance::pluginUnderTest();
  std::string& filter = ::testing::GTEST_FLAG(filter);
  const bool is_signer = loaded.descriptor->kind == sdk::PluginKind::Signer;
  if (is_signer) {
    plugin.make_signer = [&loaded, settings_file] {
      return makeWith(settings_file, [&](sdk::Settings& settings) {
        return plugin::createSigner(loaded, settings, host, sdk::Mode::Serve);
      });
    };
  } else {
    plugin.make_store = [&loaded, settings_file] {
      return makeWith(settings_file, [&](sdk::Settings& settings) {
        return plugin::createStore(loaded, settings, host, sdk::Mode::Serve);
      });
    };
  }
  if (filter == "*") {
    filter = is_signer ? "SignerConformance.*" : "Store*Conformance.*";
  }
  return RUN_ALL_TESTS();
}

// As in the service, whose HTTP library does so; libraries that a plugin brings along may, too.
void blockSigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 3) {
    std::fputs("usage: token-service-conformance PLUGIN.so SETTINGS.yaml\n", stderr);
    return 64;
  }
  blockSigpipe();
  try {
    return run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "token-service-conformance: %s\n", error.what());
    return 78;
  }
}
