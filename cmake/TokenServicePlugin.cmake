# token_service_add_plugin(NAME
#   SOURCES file...      the plugin's sources, one of which holds TOKEN_SERVICE_SIGNER or _STORE
#   LIBRARIES target...  what it links besides the SDK
# )
#
# Makes the module NAME.so the way every plugin is made: hidden symbols, no lib prefix, nothing
# undefined, nothing exported but the descriptor. Installs it into TOKEN_SERVICE_PLUGIN_INSTALL_DIR
# (lib/token-service/plugins by default).
function(token_service_add_plugin NAME)
  cmake_parse_arguments(PARSE_ARGV 1 PLUGIN "" "" "SOURCES;LIBRARIES")
  if(NOT NAME MATCHES "^[a-z0-9]+(-[a-z0-9]+)*$")
    message(FATAL_ERROR "plugin name '${NAME}': only lower-case words joined by single hyphens")
  endif()

  add_library(${NAME} MODULE ${PLUGIN_SOURCES})
  target_link_libraries(${NAME} PRIVATE token_service::sdk ${PLUGIN_LIBRARIES})
  if(TARGET token_service_options)
    target_link_libraries(${NAME} PRIVATE token_service_options)
  endif()
  target_link_options(${NAME} PRIVATE -Wl,--exclude-libs,ALL)
  if(NOT TOKEN_SERVICE_SANITIZERS)
    target_link_options(${NAME} PRIVATE -Wl,-z,defs)
  endif()
  set_target_properties(${NAME} PROPERTIES
    PREFIX ""
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    SKIP_BUILD_RPATH ON)
  if(TOKEN_SERVICE_PLUGIN_OUTPUT_DIR)
    set_target_properties(${NAME} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${TOKEN_SERVICE_PLUGIN_OUTPUT_DIR})
  endif()
  if(NOT TOKEN_SERVICE_PLUGIN_INSTALL_DIR)
    set(TOKEN_SERVICE_PLUGIN_INSTALL_DIR lib/token-service/plugins)
  endif()
  install(TARGETS ${NAME} LIBRARY DESTINATION ${TOKEN_SERVICE_PLUGIN_INSTALL_DIR})
endfunction()
