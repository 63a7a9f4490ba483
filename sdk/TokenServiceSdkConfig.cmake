include(${CMAKE_CURRENT_LIST_DIR}/TokenServiceSdkTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/TokenServicePlugin.cmake)
