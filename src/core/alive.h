/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection can be dead without anybody having said so: after suspend, on another network, behind a router that
 * forgot it. Whenever there is reason for doubt the server is asked, once, and has a few seconds to answer. */
#pragma once

#include "core/client.h"

/* The user is back after a pause, or the process was stopped and goes on: asks all servers; planned attempts to
 * reconnect are made soon. Cheap: a question that is under way is enough. */
void client_check_alive(Client *client);
/* The same for one account. */
void session_check_alive(Session *session);
