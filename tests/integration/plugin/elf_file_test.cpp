#include "plugin/elf_file.hpp"

#include "plugin_test.hpp"
#include "token_service/sdk/abi.hpp"

#include <elf.h>

#include <cstring>
#include <random>

namespace token_service::plugin {
namespace {

constexpr const char* kCutOff = "is cut off: install the plugin's file again";
constexpr const char* kNotALibrary = "is not a shared library: install the plugin's .so file again";

class ElfFile : public PluginTest {
 protected:
  std::string file_ = bytesOf("good-signer");

  Elf64_Ehdr header() const {
    Elf64_Ehdr header;
    std::memcpy(&header, file_.data(), sizeof(header));
    return header;
  }

  std::string withHeader(const Elf64_Ehdr& header) const {
    std::string changed = file_;
    std::memcpy(changed.data(), &header, sizeof(header));
    return changed;
  }

  static std::string problemOf(std::string_view file) {
    const AbiTag tag = readAbiTag(file);
    EXPECT_FALSE(tag.fingerprint.has_value());
    return tag.problem;
  }
};

TEST_F(ElfFile, HoldsTheFingerprint) {
  const AbiTag tag = readAbiTag(file_);
  EXPECT_EQ(tag.problem, "");
  EXPECT_EQ(tag.fingerprint, sdk::kFingerprint.view());
}

TEST_F(ElfFile, EmptyAndForeignFilesAreRefused) {
  EXPECT_EQ(problemOf(""), "is empty: install the plugin's file again");
  EXPECT_EQ(problemOf("#!/bin/sh\n"), kNotALibrary);
  EXPECT_EQ(problemOf("\x7f"
                      "ELF"),
            kCutOff);
}

TEST_F(ElfFile, EveryTruncationIsRefused) {
  for (std::size_t length = 0; length < file_.size(); length += 64) {
    ASSERT_NE(problemOf(std::string_view(file_).substr(0, length)), "") << length;
  }
  EXPECT_EQ(problemOf(std::string_view(file_).substr(0, file_.size() - 1)), kCutOff);
}

TEST_F(ElfFile, AnotherMachineIsRefused) {
  Elf64_Ehdr changed = header();
  changed.e_machine = EM_S390;
  EXPECT_EQ(problemOf(withHeader(changed)),
            "is built for another processor (ELF machine 22, class 2; this host is " +
                std::to_string(header().e_machine) +
                ", class 2): install the plugin's build for this machine");
  changed = header();
  changed.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_NE(problemOf(withHeader(changed)).find("class 1; this host"), std::string::npos);
  changed = header();
  changed.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_NE(problemOf(withHeader(changed)).find("another processor"), std::string::npos);
}

TEST_F(ElfFile, OtherTypesOfFileAreRefused) {
  for (const int type : {ET_REL, ET_EXEC, ET_CORE}) {
    Elf64_Ehdr changed = header();
    changed.e_type = static_cast<Elf64_Half>(type);
    EXPECT_EQ(problemOf(withHeader(changed)), kNotALibrary) << type;
  }
}

TEST_F(ElfFile, TablesAndSegmentsOutsideTheFileAreRefused) {
  for (const std::uint64_t far : {std::uint64_t{file_.size()}, ~std::uint64_t{0},
                                  ~std::uint64_t{0} - 56, std::uint64_t{1} << 63}) {
    Elf64_Ehdr changed = header();
    changed.e_phoff = far;
    EXPECT_EQ(problemOf(withHeader(changed)), kCutOff) << far;
    changed = header();
    changed.e_shoff = far;
    EXPECT_EQ(problemOf(withHeader(changed)), kCutOff) << far;

    Elf64_Phdr segment;
    std::string bytes = file_;
    std::memcpy(&segment, bytes.data() + header().e_phoff, sizeof(segment));
    segment.p_offset = far;
    segment.p_filesz = 64;
    std::memcpy(bytes.data() + header().e_phoff, &segment, sizeof(segment));
    EXPECT_EQ(problemOf(bytes), kCutOff) << far;
  }
}

// Whatever is left of the file, it is read within its bounds and has either tag or problem.
TEST_F(ElfFile, AnyBytesAreTaken) {
  std::mt19937 random(20240229);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  // The headers and notes stand at the start.
  const std::size_t head = 1024;
  for (int round = 0; round < 4'000; ++round) {
    std::string bytes = file_;
    bytes.resize(round % 2 == 0 ? head + below(64) : bytes.size());
    for (std::size_t change = 1 + below(8); change != 0; --change) {
      bytes[below(head)] = static_cast<char>(below(256));
    }
    const AbiTag tag = readAbiTag(bytes);
    ASSERT_EQ(tag.fingerprint.has_value(), tag.problem.empty());
  }
}

}  // namespace
}  // namespace token_service::plugin
