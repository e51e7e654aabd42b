"""A demonstration: accounts of each role, and the starter monographs through the real steps."""

from monographs.review.demo.accounts import ACCOUNTS, NotEmpty, make_demo
from monographs.review.demo.states import LINK, STORIES, Story, take_steps

__all__ = ["ACCOUNTS", "LINK", "STORIES", "NotEmpty", "Story", "make_demo", "take_steps"]
