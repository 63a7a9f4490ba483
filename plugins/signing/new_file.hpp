#pragma once

#include <string>
#include <string_view>

namespace token_service::signing {

std::string folderOf(const std::string& path);

// Whether `makeFile` could work, as errno: 0 if so. Changes nothing.
int tryMakingFile(const std::string& path);

// Makes the file at once whole, durable and with mode 0600; its folder with mode 0700 if that is
// missing. Leaves whatever has that name already as it is, which is no error. Returns errno, 0 if
// something of that name is there now.
int makeFile(const std::string& path, std::string_view content);

}  // namespace token_service::signing
