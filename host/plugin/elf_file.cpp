#include "plugin/elf_file.hpp"

#include "token_service/sdk/abi.hpp"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace token_service::plugin {
namespace {

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#else
#error "add this machine's ELF number (EM_...)"
#endif

constexpr unsigned char kByteOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

constexpr std::string_view kCutOff = "is cut off: install the plugin's file again";
constexpr std::string_view kNotALibrary =
    "is not a shared library: install the plugin's .so file again";

bool isInside(std::string_view file, std::uint64_t offset, std::uint64_t size) {
  return offset <= file.size() && size <= file.size() - offset;
}

template <typename Struct>
std::optional<Struct> read(std::string_view file, std::uint64_t offset) {
  if (!isInside(file, offset, sizeof(Struct))) {
    return std::nullopt;
  }
  Struct value;
  std::memcpy(&value, file.data() + offset, sizeof(value));
  return value;
}

AbiTag refused(std::string_view problem) { return {std::nullopt, std::string(problem)}; }

// The text of the SDK's note, if it is among the notes of one segment.
std::optional<std::string> findTag(std::string_view notes, std::uint64_t alignment) {
  const auto padded = [](std::uint64_t size, std::uint64_t to) {
    return (size + to - 1) / to * to;
  };
  std::uint64_t offset = 0;
  while (const auto note = read<Elf64_Nhdr>(notes, offset)) {
    const std::uint64_t name = offset + sizeof(Elf64_Nhdr);
    const std::uint64_t description =
        offset + padded(sizeof(Elf64_Nhdr) + note->n_namesz, alignment);
    if (!isInside(notes, name, note->n_namesz) || !isInside(notes, description, note->n_descsz)) {
      return std::nullopt;
    }
    if (note->n_type == sdk::kNoteType &&
        notes.substr(name, note->n_namesz) ==
            std::string_view(sdk::kNoteName.data(), sdk::kNoteName.size())) {
      const std::string_view text = notes.substr(description, note->n_descsz);
      return std::string(text.substr(0, text.find('\0')));
    }
    offset = description + padded(note->n_descsz, alignment);
  }
  return std::nullopt;
}

bool isPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char character) { return character >= ' ' && character <= '~'; });
}

}  // namespace

AbiTag readAbiTag(std::string_view file) {
  if (file.empty()) {
    return refused("is empty: install the plugin's file again");
  }
  if (file.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG)) {
    return refused(kNotALibrary);
  }
  const auto header = read<Elf64_Ehdr>(file, 0);
  if (!header) {
    return refused(kCutOff);
  }
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != kByteOrder ||
      header->e_machine != kMachine) {
    return refused("is built for another processor (ELF machine " +
                   std::to_string(header->e_machine) + ", class " +
                   std::to_string(header->e_ident[EI_CLASS]) + "; this host is " +
                   std::to_string(kMachine) + ", class " + std::to_string(ELFCLASS64) +
                   "): install the plugin's build for this machine");
  }
  if (header->e_type != ET_DYN || header->e_phentsize != sizeof(Elf64_Phdr) ||
      header->e_phnum == 0 || header->e_phnum == PN_XNUM) {
    return refused(kNotALibrary);
  }
  if (!isInside(file, header->e_shoff,
                std::uint64_t{header->e_shnum} * std::uint64_t{header->e_shentsize})) {
    return refused(kCutOff);
  }

  std::optional<std::string> tag;
  for (std::uint64_t index = 0; index < header->e_phnum; ++index) {
    // An offset near 2^64 would wrap around.
    const std::uint64_t place = index * sizeof(Elf64_Phdr);
    const auto segment = isInside(file, header->e_phoff, place)
                             ? read<Elf64_Phdr>(file, header->e_phoff + place)
                             : std::nullopt;
    if (!segment || !isInside(file, segment->p_offset, segment->p_filesz)) {
      return refused(kCutOff);
    }
    if (segment->p_type == PT_NOTE && !tag) {
      tag =
          findTag(file.substr(segment->p_offset, segment->p_filesz), segment->p_align == 8 ? 8 : 4);
    }
  }
  if (!tag || tag->empty() || !isPrintable(*tag)) {
    return refused(
        "is not a plugin of the token service: it holds no ABI note, which the macro in "
        "token_service/sdk/plugin.hpp makes");
  }
  return {std::move(tag), {}};
}

}  // namespace token_service::plugin
