//! The English texts.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    log_in_heading: "Log in",
    log_in_text: "Words that you add while you are logged in are yours to change.",
    log_in: "Log in",
    no_account: "No account yet?",
    go_register: "Create one",
    first_log_in: "Log in first, and you see your account.",

    register_heading: "Create an account",
    register_text: "A name and a password are all it takes.",
    register: "Create account",
    have_account: "You have an account?",
    go_log_in: "Log in",

    name: "Name",
    name_hint: "2 to 32 characters. Others see it with what you add.",
    nickname: "Nickname",
    optional: "optional",
    password: "Password",
    password_hint: "{min} to {max} characters. Longer is better than complicated.",
    old_password: "Current password",
    new_password: "New password",

    me_text: "Your account",
    since: "Member since {date}",
    change_heading: "Change password",
    change_text: "You stay logged in here, and are logged out everywhere else.",
    change: "Change password",
    changed: "Your password is changed. You are logged out everywhere else.",
    log_out_heading: "Log out",
    log_out_text: "Logs you out in this browser.",
    back: "Back to the words",

    fix_fields: "That did not work yet. Look at the marked fields.",
    wrong: "The name or the password is wrong.",
    taken: "There is an account of this name already. Choose another name, or, if it is yours:",
    reserved: "This name stands in the setting “admins” already, so nobody can register it. Whoever runs \
               this site takes it out there, lets you register, and names you there then.",
    too_often: "There were too many attempts. Wait five minutes, then try again.",
    crowded: "Many accounts were registered from your network in the last hour, or many names tried. Come back in an hour.",

    missing_name: "Enter your name.",
    missing_password: "Enter your password.",
    too_short: "It must have at least {n} characters.",
    too_long: "It may have at most {n} characters.",
    not_text: "It must be a text.",
    invisible: "It has invisible characters, or white space other than single spaces. Type it anew.",
    is_name: "It must not be your name.",
    common: "It is one of the passwords that are tried first. Choose another one.",
    wrong_old: "This is not your current password.",
};
