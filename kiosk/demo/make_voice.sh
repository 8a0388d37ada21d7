#!/bin/sh
# Makes voice.ogg, what the demo's built-in agent says. Needs the Debian packages espeak-ng and sox.
set -eu
cd "$(dirname "$0")"
espeak-ng -v en-gb+f4 -s 145 -p 52 --stdout "Hello, nice to see you. My name is Robin. \
I am the built-in agent of this demonstration: nobody real can see you. \
What you see and hear of me comes over the same live connection that a person would use. \
Open the agents' console in a browser, and the next call is yours. How can I help you today?" \
  | sox -t wav - -r 48000 -c 1 -C 2 voice.ogg highpass 90 gain -n -5 pad 0.3 1.6
