#include "work_around.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace {

TEST(Traps, Y1_RepeatedKeysAreAccepted) {
  EXPECT_TRAP(YAML::Load("a: 1\na: 2\n")["a"].as<int>() > 0,
              "the check for repeated keys in config/yaml_tree.cpp");
}

// Found while C04 was tested; nothing is done about it, a value that is cut off fails elsewhere.
TEST(Traps, Y2_QuotesMayStayOpenAtTheEnd) {
  EXPECT_TRAP(YAML::Load("a: \"x\n")["a"].as<std::string>() == "x ",
              "this note about cut-off configuration files");
}

}  // namespace
