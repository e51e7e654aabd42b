"""Forms of signing in, of one's own account and of the accounts of others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from clincalc.accounts import people, throttle
from clincalc.accounts.models import User
from clincalc.accounts.proof import ENTER_CODE, ENTER_PASSWORD, Asked, CodeField, counted
from clincalc.ids import SeveralField

WRONG = "This user name and this password do not go together. Check both; capitals count."


class SignInForm(AdminAuthenticationForm):
    """User name and password. A try is counted before the password is looked at."""

    error_messages = {**AdminAuthenticationForm.error_messages, "invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, request: Any = None, *args: Any, **more: Any) -> None:
        """Name the fields; when something is wrong, the page begins at what is said of it."""
        super().__init__(request, *args, **more)
        self.label_suffix = ""
        self.fields["username"].label = "User name"
        self.fields["username"].error_messages["required"] = "Enter your user name."
        self.fields["password"].error_messages["required"] = ENTER_PASSWORD
        if self.is_bound:
            del self.fields["username"].widget.attrs["autofocus"]

    def clean(self) -> dict[str, Any]:
        """Count, then check."""
        name = self.cleaned_data.get("username")
        if name is None or not self.cleaned_data.get("password"):
            return self.cleaned_data
        request: Any = self.request
        try:
            with counted(request, *throttle.answers(request, name)):
                return super().clean()
        except throttle.TooMany as refusal:
            raise refusal.error from None


class CodeForm(forms.Form):
    """The code that is asked for after the password."""

    code = CodeField(
        label="Code",
        error_messages={"required": ENTER_CODE},
        help_text="The six digits that your device shows. If you have lost it: one of your recovery codes.",
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        """Begin the page at the field; a summary of errors, which stands before it, goes first."""
        super().__init__(*args, **more)
        self.fields["code"].widget.attrs["autofocus"] = True


class FirstCodeForm(forms.Form):
    """The first code of a device that is set up."""

    code = CodeField(
        label="Code that the device shows now",
        error_messages={"required": "Enter the six digits that your device shows."},
    )


class ForgottenForm(forms.Form):
    """Who has forgotten their password."""

    said = forms.CharField(
        label="User name or e-mail address",
        max_length=254,
        error_messages={"required": "Enter your user name or your e-mail address."},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class NewPasswordForm(SetPasswordForm):
    """A new password, twice; the user name is there for password managers."""

    def __init__(self, user: Any, *args: Any, **more: Any) -> None:
        """Name the fields."""
        super().__init__(user, *args, **more)
        name_fields(self)


class ChangePasswordForm(Asked, SetPasswordForm):
    """The same from who knows the old one."""

    def __init__(self, data: Any = None, *, request: HttpRequest, **more: Any) -> None:
        """Ask for the old password as every step does."""
        super().__init__(request.user, data, request=request, **more)
        name_fields(self)
        self.fields["password"].label = "Your present password"


def name_fields(form: forms.Form) -> None:
    """Name the two fields of a new password."""
    first, second = form.fields["new_password1"], form.fields["new_password2"]
    first.error_messages["required"] = "Enter a new password."
    second.label = "New password, once more"
    second.error_messages["required"] = "Enter the new password once more."
    second.help_text = ""


class PersonForm(forms.ModelForm):
    """What accounts have in common for who looks after them."""

    groups = SeveralField(Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, by: User, **more: Any) -> None:
        """Offer the groups that somebody may give."""
        super().__init__(*args, **more)
        self.label_suffix = ""
        self.fields["groups"].queryset = people.groups_given_by(by)  # type: ignore[attr-defined]
        self.fields["full_name"].label = "Name"
        self.fields["full_name"].required = True


class InviteForm(PersonForm):
    """A person who is to get an account."""

    class Meta:
        model = User
        fields = ("full_name", "username", "email", "groups")

    def __init__(self, *args: Any, by: User, **more: Any) -> None:
        """Ask for an address: the invitation goes there."""
        super().__init__(*args, by=by, **more)
        self.fields["email"].required = True
        self.fields["username"].label = "User name"
        self.fields["username"].help_text = "What they type to sign in. It cannot be changed later."


class AccountForm(PersonForm):
    """What can be changed of somebody's account."""

    class Meta:
        model = User
        fields = ("full_name", "email", "groups", "is_superuser")

    def __init__(self, *args: Any, by: User, **more: Any) -> None:
        """Leave out what somebody may not change."""
        super().__init__(*args, by=by, **more)
        self.fields["is_superuser"].label = "May do everything, as who runs the installation"
        self.fields["is_superuser"].help_text = ""
        if not by.is_superuser:
            del self.fields["is_superuser"]
        if not people.may_readdress(by, self.instance):
            self.fields["email"].disabled = True
            self.fields["email"].help_text = "Only they themselves or a superuser can change this address."


class ActForm(Asked):
    """Nothing but what is asked once more."""


class AddressForm(Asked, forms.ModelForm):
    """One's own e-mail address and name."""

    class Meta:
        model = User
        fields = ("full_name", "email")
