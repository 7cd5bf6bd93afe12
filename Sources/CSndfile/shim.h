#include <sndfile.h>
#include <stdio.h>
