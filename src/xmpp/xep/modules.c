/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/modules.h"

#include "xmpp/form.h"
#include "xmpp/xep/bookmarks.h"
#include "xmpp/xep/caps.h"
#include "xmpp/xep/carbons.h"
#include "xmpp/xep/chatstates.h"
#include "xmpp/xep/correction.h"
#include "xmpp/xep/csi.h"
#include "xmpp/xep/delay.h"
#include "xmpp/xep/disco.h"
#include "xmpp/xep/eme.h"
#include "xmpp/xep/forwarded.h"
#include "xmpp/xep/hints.h"
#include "xmpp/xep/mam.h"
#include "xmpp/xep/mam_prefs.h"
#include "xmpp/xep/markers.h"
#include "xmpp/xep/mds.h"
#include "xmpp/xep/muc.h"
#include "xmpp/xep/muc_invite.h"
#include "xmpp/xep/occupant_id.h"
#include "xmpp/xep/pep.h"
#include "xmpp/xep/ping.h"
#include "xmpp/xep/private_xml.h"
#include "xmpp/xep/fallback.h"
#include "xmpp/xep/reactions.h"
#include "xmpp/xep/receipts.h"
#include "xmpp/xep/references.h"
#include "xmpp/xep/register_iq.h"
#include "xmpp/xep/replies.h"
#include "xmpp/xep/retraction.h"
#include "xmpp/xep/roster_iq.h"
#include "xmpp/xep/rsm.h"
#include "xmpp/xep/stanza_id.h"
#include "xmpp/xep/unstyled.h"
#include "xmpp/xep/version.h"

/* Within a stage they run in this order. */
static const XmppModule *const modules[] = {
    &roster_module,    &disco_module,     &caps_module,     &ping_module,       &version_module,
    &carbons_module,   &forwarded_module, &rsm_module,      &mam_module,        &mam_prefs_module,
    &delay_module,     &stanza_id_module, &receipts_module, &markers_module,    &correction_module,
    &hints_module,     &chatstates_module, &pep_module,     &mds_module,        &csi_module,
    &eme_module,       &muc_module,       &muc_invite_module, &occupant_id_module,
    &private_xml_module, &bookmarks_module, &bookmarks_old_module, &notify_module,
    &replies_module,   &reactions_module, &retraction_module, &references_module, &fallback_module,
    &unstyled_module,
    &form_module,      &register_module,
    NULL,
};

const XmppModule *const *
modules_all(void)
{
    return modules;
}
