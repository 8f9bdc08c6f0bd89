# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/command/libcommand.a
src_command_libcommand_a_SOURCES =
src_command_libcommand_a_CPPFLAGS = $(AM_CPPFLAGS) 
