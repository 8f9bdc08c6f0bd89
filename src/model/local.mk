# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES =
src_model_libmodel_a_CPPFLAGS = $(AM_CPPFLAGS) 
