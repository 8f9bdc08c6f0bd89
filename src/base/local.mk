# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/bus.c src/base/bus.h \
	src/base/error.c src/base/error.h \
	src/base/i18n.h \
	src/base/jid.c src/base/jid.h \
	src/base/log.c src/base/log.h \
	src/base/paths.c src/base/paths.h \
	src/base/pattern.c src/base/pattern.h \
	src/base/precis.c src/base/precis.h \
	src/base/process.c src/base/process.h \
	src/base/qr.h \
	src/base/retry.c src/base/retry.h \
	src/base/service_notify.c src/base/service_notify.h \
	src/base/subprocess.c src/base/subprocess.h \
	src/base/text.c src/base/text_clean.c src/base/text.h \
	src/base/when.c src/base/when.h
src_base_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(QRENCODE_CFLAGS) $(IDN2_CFLAGS)
if HAVE_QRENCODE
src_base_libbase_a_SOURCES += src/base/qr.c
else
src_base_libbase_a_SOURCES += src/base/qr_none.c
endif
