//! The English texts.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    log_in_heading: "Log in",
    log_in_text: "If you log in before you add words, you can change them later.",
    log_in: "Log in",
    no_account: "No account yet?",
    go_register: "Create one",
    first_log_in: "Log in to see your account.",

    register_heading: "Create an account",
    register_text: "You need only a name and a password.",
    register: "Create account",
    have_account: "Already have an account?",
    go_log_in: "Log in",

    name: "Name",
    name_hint: "2 to 32 characters. Others see it next to what you add.",
    nickname: "Nickname",
    optional: "optional",
    password: "Password",
    password_hint: "{min} to {max} characters. A long password is better than a complicated one.",
    old_password: "Current password",
    new_password: "New password",

    me_text: "Your account",
    since: "Member since {date}",
    change_heading: "Change password",
    change_text: "You stay logged in here and are logged out everywhere else.",
    change: "Change password",
    changed: "Your password has been changed. You are logged out everywhere else.",
    log_out_heading: "Log out",
    log_out_text: "You are logged out in this browser only.",
    back: "Back to the words",

    fix_fields: "Check the marked fields.",
    wrong: "The name or the password is wrong.",
    taken: "This name is taken. Choose another one. Is the account yours?",
    reserved: "This name is in the setting “admins”, so nobody can register it. Ask the administrator to remove it \
               there. Once you have registered, it can be added again.",
    too_often: "Too many attempts. Wait five minutes, then try again.",
    crowded: "Too many registrations from your network. Try again in an hour.",

    missing_name: "Enter your name.",
    missing_password: "Enter your password.",
    too_short: "It must have at least {n} characters.",
    too_long: "It can have at most {n} characters.",
    not_text: "It must be text.",
    invisible: "It must not have invisible characters, or spaces next to each other.",
    is_name: "It must not be your name.",
    common: "This password is easy to guess. Choose another one.",
    wrong_old: "This is not your current password.",
};
