/** What the service's own words mean to a person: kinds of events, states, scopes, ways to sign in. */

import { say } from '/app/words.js';

/** What happened, in a few words, for the person's own log. */
export function happened(kind) {
  const known = {
    enrolled: say('领取了网号', 'Your online number was issued'),
    signed_in: say('登录', 'Signed in'),
    signed_out: say('退出登录', 'Signed out'),
    platform_told: say('向平台证明了身份', 'A platform was told that you are verified'),
    platform_allowed: say('首次允许一个平台', 'You allowed a platform for the first time'),
    platform_refused: say('拒绝了一个平台', 'You refused a platform'),
    identity_allowed: say(
      '单独同意向平台提供姓名和证件号码',
      'You agreed that a platform is told your name and document number',
    ),
    identity_told: say(
      '向平台提供了姓名和证件号码（已加密）',
      'A platform was told your name and document number, encrypted',
    ),
    identity_withdrawn: say(
      '收回了提供姓名和证件号码的单独同意',
      'You took back that a platform is told your name and document number',
    ),
    platform_withdrawn: say('收回了对平台的许可', 'You took back what a platform was allowed'),
    other_device_approved: say(
      '批准了另一台设备上的登录',
      'You approved a sign-in on another device',
    ),
    device_added: say('添加了设备', 'A device was added'),
    device_removed: say('移除了设备', 'A device was removed'),
    passkey_added: say('添加了通行密钥', 'A passkey was added'),
    passkey_removed: say('移除了通行密钥', 'A passkey was removed'),
    totp_turned_on: say('开启了动态口令', 'One-time codes were turned on'),
    holder_check_failed: say('本人核验未通过', 'A holder check failed'),
    document_replaced: say('更换了证件', 'Your document was replaced'),
    document_added: say('添加了另一证件', 'Another document was added'),
    document_lost: say('证件已挂失', 'Your document was reported lost'),
    document_found: say('证件已找回', 'Your document was found again'),
    document_superseded: say('已换发新证件，请出示', 'A new document was issued: show it here'),
    document_ends_soon: say('证件即将到期', 'Your document ends soon'),
    document_expired: say('证件已到期', 'Your document has ended'),
    renewal_asked: say('申请了换领证件', 'You applied for a new document'),
    identity_number_changed: say('证件号码已变更', 'Your identity number has changed'),
    people_merged: say('两个证件登记为同一人', 'Two documents were found to be yours'),
    numbers_joined: say('两个网号合并为一个', 'Your two online numbers became one'),
    nationality_changed: say('国籍登记已变更', 'Your nationality has changed'),
    residence_moved: say('户籍已迁移', 'Your household was registered elsewhere'),
    number_ended: say('网号已终止', 'The online number has ended'),
    number_revived: say('网号已恢复', 'The online number lives again'),
    frozen: say('网号已冻结', 'Your online number was frozen'),
    unfrozen: say('网号已解冻', 'Your online number was unfrozen'),
    recovery_begun: say('开始恢复登录方式', 'A recovery was begun'),
    recovery_stopped: say('恢复已被中止', 'A recovery was stopped'),
    recovered: say('登录方式已恢复', 'Access was recovered'),
    phone_change_begun: say('登记了另一个手机号', 'Another phone was given'),
    phone_change_stopped: say('更换手机号已被中止', 'The change of the phone was stopped'),
    phone_changed: say('更换了手机号', 'The phone on file was changed'),
    exported: say('导出了个人资料', 'Your data was exported'),
    guardian_added: say('添加了监护人', 'A guardian was added'),
    guardian_ended: say('监护关系结束', 'A guardianship ended'),
    ward_added: say('成为监护人', 'You became a guardian'),
    ward_used: say('被监护人使用了网号', 'A child used their online number'),
    helper_added: say('添加了协助人', 'A helper was added'),
    helper_removed: say('移除了协助人', 'A helper was removed'),
    attributes_asked: say('平台向部门查询了您的信息', 'A platform asked a department about you'),
    department_linked: say('与部门的档案建立了关联', 'A department\'s record was linked'),
    department_unlinked: say('解除了与部门档案的关联', 'A department\'s record is linked no more'),
    certificates_offered: say('邀请钱包领取网证', 'A wallet was invited to fetch certificates'),
    certificate_printed: say('打印了纸质网证', 'A certificate was printed'),
    offer_guessed: say('领取邀请的交易码多次输错', 'Wrong codes for an offer to a wallet'),
    certificates_fetched: say('钱包领取了网证', 'A wallet fetched certificates'),
    certificates_not_kept: say('钱包未保留网证', 'A wallet did not keep certificates'),
  };
  return known[kind] ?? kind;
}

/** The state of a certificate: a word, and the class that colours it beside the word. */
export function certificateState(status, notAfter) {
  if (status === 'good' && new Date(notAfter) < new Date()) {
    return { word: say('已过期', 'Expired'), mood: 'bad' };
  }
  const known = {
    good: { word: say('有效', 'Valid'), mood: 'good' },
    hold: { word: say('已冻结', 'Frozen'), mood: 'wait' },
    revoked: { word: say('已撤销', 'Revoked'), mood: 'bad' },
  };
  return known[status] ?? { word: status, mood: 'wait' };
}

/** What a scope tells a platform. */
export function scopeSentence(scope) {
  const known = {
    openid: say('您的身份已经核验', 'that your identity has been verified'),
    age: say(
      '您是否已满 14、16、18 周岁，以及年龄段',
      'whether you are over 14, 16 and 18, and your age band',
    ),
    identity: say('您的姓名和证件号码', 'your name and document number'),
    offline_access: say('您不在时也可再次询问', 'and it may ask again while you are away'),
  };
  return known[scope] ?? scope;
}

/** What a single claim tells a platform. */
export function claimSentence(claim) {
  const over = /^age_over_(\d+)$/.exec(claim);
  if (over) return say(`您是否已满 ${over[1]} 周岁`, `whether you are over ${over[1]}`);
  if (claim === 'age_band') return say('您所在的年龄段', 'your age band');
  return claim;
}

/** The age band of a ward. */
export function ageBand(band) {
  return say(`年龄段 ${band}`, `Age band ${band}`);
}

/** The state of a document on file. */
export function documentState(state) {
  const known = {
    good: say('有效', 'Good'),
    valid: say('有效', 'Good'),
    lost: say('已挂失', 'Reported lost'),
    replaced: say('已更换', 'Replaced'),
    expired: say('已过期', 'Expired'),
    ended: say('已终止', 'Ended'),
  };
  return known[state] ?? state;
}

/** How strong this session is. */
export function strength(acr) {
  const level = /aal(\d)$/.exec(acr)?.[1] ?? '1';
  const known = {
    1: say('普通（一种方式）', 'Ordinary (one proof)'),
    2: say('较强（两种方式）', 'Strong (two proofs)'),
    3: say('最强（硬件密钥）', 'Strongest (a hardware key)'),
  };
  return known[level];
}
