#pragma once

// The Glibc module leaves it out.
#include <sys/epoll.h>
