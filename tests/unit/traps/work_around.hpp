#pragma once

// Each of these tests shows a trap in a library that the service works around; the ids are those of
// the comments and documents that tell of it. One that fails says that an upgrade has mended it.
#define EXPECT_TRAP(CONDITION, WORK_AROUND) \
  EXPECT_TRUE(CONDITION) << "the library no longer does this: " WORK_AROUND " may go"
