#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace token_service::test {

// A folder in `parent` with copies of these plugins: the service's own and the tests' fixtures.
std::filesystem::path gatherPlugins(const std::filesystem::path& parent,
                                    const std::vector<std::string>& names);

}  // namespace token_service::test
