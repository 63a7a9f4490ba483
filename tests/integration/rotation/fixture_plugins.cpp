#include "fixture_plugins.hpp"

namespace token_service::test {

std::filesystem::path gatherPlugins(const std::filesystem::path& parent,
                                    const std::vector<std::string>& names) {
  std::filesystem::path folder = parent / "plugins";
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  for (const std::string& name : names) {
    const std::filesystem::path fixture = std::filesystem::path(FIXTURE_FOLDER) / (name + ".so");
    const std::filesystem::path real = std::filesystem::path(PLUGIN_FOLDER) / (name + ".so");
    std::filesystem::copy_file(std::filesystem::exists(fixture) ? fixture : real,
                               folder / (name + ".so"));
  }
  return folder;
}

}  // namespace token_service::test
