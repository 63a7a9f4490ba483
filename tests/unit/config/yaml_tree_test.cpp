#include "config/yaml_tree.hpp"

#include "config/config_error.hpp"
#include "signers/temporary_folder.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace token_service::config {
namespace {

using namespace std::string_literals;
using sdk::SettingNode;
using signers_test::TemporaryFolder;
using Kind = SettingNode::Kind;

std::string refusal(const std::string& content) {
  try {
    parseYaml(content, "f.yaml");
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
    return error.what();
  }
  return "";
}

void expectRefusal(const std::string& content, const std::string& place, const std::string& text) {
  const std::string what = refusal(content);
  EXPECT_TRUE(what.starts_with("f.yaml:" + place + ": ")) << what;
  EXPECT_NE(what.find(text), std::string::npos) << what;
}

const SettingNode& child(const SettingNode& node, const std::string& key) {
  for (const SettingNode& one : node.children) {
    if (one.key == key) {
      return one;
    }
  }
  throw std::runtime_error("no " + key);
}

TEST(YamlTree, HoldsKindsTextsAndLines) {
  const SettingNode root = parseYaml(
      "# comment\n"
      "plain: text\n"
      "quoted: '12'\n"
      "double: \"a\\tb\"\n"
      "nothing:\n"
      "tilde: ~\n"
      "word: null\n"
      "quoted_null: 'null'\n"
      "empty_text: ''\n"
      "list: [1, {a: b}]\n"
      "map:\n"
      "  inner: x\n"
      "block: |\n"
      "  line\n",
      "f.yaml");
  EXPECT_EQ(root.kind, Kind::Map);
  EXPECT_EQ(child(root, "plain").text, "text");
  EXPECT_EQ(child(root, "plain").line, 2U);
  EXPECT_FALSE(child(root, "plain").quoted);
  EXPECT_TRUE(child(root, "quoted").quoted);
  EXPECT_EQ(child(root, "double").text, "a\tb");
  for (const char* key : {"nothing", "tilde", "word"}) {
    EXPECT_EQ(child(root, key).kind, Kind::Null) << key;
  }
  EXPECT_EQ(child(root, "quoted_null").kind, Kind::Scalar);
  EXPECT_EQ(child(root, "empty_text").kind, Kind::Scalar);
  ASSERT_EQ(child(root, "list").kind, Kind::Sequence);
  EXPECT_EQ(child(root, "list").children.size(), 2U);
  EXPECT_EQ(child(child(root, "map"), "inner").line, 12U);
  EXPECT_EQ(child(root, "block").text, "line\n");
}

TEST(YamlTree, RefusesWhatIsEmptyOrNoMap_C03) {
  for (const char* content : {"", "\n\n", "# only a comment\n", "---\n", "...\n"}) {
    EXPECT_NE(refusal(content), "") << content;
  }
  for (const char* content : {"text", "12", "- a\n- b\n", "[]", "~", "\"\""}) {
    expectRefusal(content, "1", "must hold a map of settings");
  }
}

TEST(YamlTree, RefusesBadSyntaxWithItsLine_C04) {
  expectRefusal("a: 1\nb: [1, 2\nc: 3\n", "3", "is not valid YAML");
  expectRefusal("a:\n  b: 1\n\tc: 1\n", "3", "is not valid YAML");
  expectRefusal("a:\n\tb: 1\n", "2", "is not valid YAML");
  expectRefusal("a: b: c\n", "1", "is not valid YAML");
  expectRefusal("a: @x\n", "1", "is not valid YAML");
}

TEST(YamlTree, RefusesDeepNesting_C05) {
  const auto nested = [](std::size_t depth) {
    return "a: " + std::string(depth, '[') + std::string(depth, ']') + "\n";
  };
  EXPECT_EQ(refusal(nested(15)), "") << "with the map at the top, 16";
  expectRefusal(nested(16), "1", "nested deeper than 16 levels");
  EXPECT_NE(refusal(nested(2000)), "");
  EXPECT_NE(refusal("a: " + std::string(60000, '[')), "");
  EXPECT_NE(refusal("a: " + std::string(60000, '{')), "");
  std::string block;
  for (std::size_t depth = 0; depth < 300; ++depth) {
    block += std::string(depth, ' ') + "a:\n";
  }
  EXPECT_NE(refusal(block), "");
  std::string sequences;
  for (int depth = 0; depth < 20000; ++depth) {
    sequences += "- ";
  }
  EXPECT_NE(refusal(sequences), "");
}

TEST(YamlTree, RefusesAliasesAndMergeKeys_C06) {
  expectRefusal("a: &x 1\nb: *x\n", "2", "aliases are not allowed");
  expectRefusal("a: &x {k: 1}\nb:\n  <<: *x\n", "3", "aliases are not allowed");
  expectRefusal("a: &x 1\n*x : 2\n", "2", "aliases are not allowed");
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'j'; ++name) {
    const std::string before(1, static_cast<char>(name - 1));
    bomb += std::string(1, name) + ": &" + name + " [*" + before + ",*" + before + "]\n";
  }
  expectRefusal(bomb, "2", "aliases are not allowed");
}

TEST(YamlTree, RefusesLargeFilesAndZeroBytes_C07) {
  const std::string most = "a: 1\n" + std::string(64 * 1024 - 5, '#');
  EXPECT_EQ(refusal(most), "");
  expectRefusal(most + "#", "1", "larger than 64 KiB");
  expectRefusal("a: 1\n\0b: 2\n"s, "1", "zero byte");
  expectRefusal(
      "\xff\xfe"
      "a\0:\0"s,
      "1", "zero byte");
  EXPECT_NE(refusal("\x7f"
                    "ELF\x02\x01\x01"),
            "");
}

TEST(YamlTree, RefusesRepeatedKeysWithBothLines_C09) {
  expectRefusal("a: 1\nb: 2\na: 3\n", "3", "the key 'a' is already in line 1");
  expectRefusal("m:\n  a: 1\n  \"a\": 3\n", "3", "the key 'a' is already in line 2");
  expectRefusal("m: {a: 1, a: 2}\n", "1", "the key 'a' is already in line 1");
  expectRefusal("a: {x: 1}\na: {y: 1}\n", "2", "the key 'a' is already in line 1");
  EXPECT_EQ(refusal("m: {a: 1}\nn: {a: 1}\na: 1\n"), "");
}

TEST(YamlTree, RefusesASecondDocument_C10) {
  expectRefusal("a: 1\n---\nb: 2\n", "1", "more than one document");
  expectRefusal("a: 1\n---\na: [\n", "4", "is not valid YAML");
  EXPECT_EQ(refusal("---\na: 1\n...\n"), "");
}

TEST(YamlTree, RefusesTagsOfScalarsAndOfCollections) {
  for (const char* content :
       {"a: 1\nb: !!str 1\n", "a: 1\nb: !secret x\n", "a: 1\nb: !!binary aGk=\n",
        "a: 1\nb: !!set {x}\n", "a: 1\nb: !local [x]\n", "a: 1\nb: !!omap [x: 1]\n"}) {
    expectRefusal(content, "2", "tags are not allowed");
  }
}

TEST(YamlTree, RefusesKeysThatAreNoText) {
  expectRefusal("a: 1\n? [x]\n: 2\n", "2", "a key must be a plain text");
  expectRefusal("a: 1\n? {x: 1}\n: 2\n", "2", "a key must be a plain text");
}

TEST(YamlFile, IsMissing_C01) {
  const TemporaryFolder folder;
  EXPECT_THROW(readYamlFile(folder.path("none.yaml")), MissingFile);
  folder.write("file", "x");
  EXPECT_THROW(readYamlFile(folder.path("file/none.yaml")), MissingFile);
}

TEST(YamlFile, IsNoRegularFile) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  for (const std::string& file : {folder.path(), folder.path("fifo"), std::string("/dev/null")}) {
    try {
      readYamlFile(file);
      FAIL() << file;
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
    }
  }
}

// As a user who is not root, whatever the tests run as.
TEST(YamlFile, CannotBeRead_C02) {
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  const std::string file = folder.write("secret.yaml", "a: 1\n", 0000);
  EXPECT_EXIT(
      {
        if (::geteuid() == 0 && ::setuid(65534) != 0) {
          ::_exit(1);
        }
        try {
          readYamlFile(file);
          ::_exit(2);
        } catch (const sdk::Error& error) {
          ::_exit(error.code() == sdk::ErrorCode::PermissionDenied ? 77 : 3);
        }
      },
      testing::ExitedWithCode(77), "");
}

TEST(YamlFile, IsRead) {
  const TemporaryFolder folder;
  const std::string file = folder.write("good.yaml", "a: 1\n");
  EXPECT_EQ(readYamlFile(file).children.size(), 1U);
  const std::string large = folder.write("large.yaml", std::string(64 * 1024 + 1, '#'));
  EXPECT_THROW(readYamlFile(large), sdk::Error);
}

}  // namespace
}  // namespace token_service::config
