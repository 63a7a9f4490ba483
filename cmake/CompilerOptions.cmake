option(TOKEN_SERVICE_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
option(TOKEN_SERVICE_HARDENING "Build with run-time checks and hardened linking" OFF)
set(TOKEN_SERVICE_SANITIZERS "" CACHE STRING "Value for -fsanitize=, for example address,undefined")

# For the project's own targets; never exported.
add_library(token_service_options INTERFACE)
target_compile_options(token_service_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  $<$<BOOL:${TOKEN_SERVICE_WARNINGS_AS_ERRORS}>:-Werror>)

if(TOKEN_SERVICE_HARDENING)
  add_compile_options(-fstack-protector-strong -D_GLIBCXX_ASSERTIONS)
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro -Wl,-z,now)
endif()

if(TOKEN_SERVICE_SANITIZERS)
  add_compile_options(-fsanitize=${TOKEN_SERVICE_SANITIZERS} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TOKEN_SERVICE_SANITIZERS})
endif()
