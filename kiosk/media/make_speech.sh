#!/bin/sh
# Makes speech.ogg, the clip of the virtual microphone `speech`. Needs the Debian packages espeak-ng and sox.
set -eu
cd "$(dirname "$0")"
espeak-ng -v en-gb+f3 -s 150 --stdout "Hello, and welcome. You are connected, and I can hear you. \
This is a test of the sound: the quick brown fox jumps over the lazy dog. \
One, two, three, four, five. Thank you for waiting, and goodbye." \
  | sox -t wav - -r 48000 -c 1 -C 2 speech.ogg gain -n -6 pad 0.2 0.8
