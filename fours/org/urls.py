from django.urls import path

from fours.org.views import devices, lock, own_pin, people, posts, setup, switch_person

urlpatterns = [
    path("org/setup/", setup.setup, name="setup"),
    path("org/setup/people/", setup.setup_people, name="setup_people"),
    path("org/setup/bays/", setup.setup_bays, name="setup_bays"),
    path("lock/", lock.lock, name="lock"),
    path("lock/open/", lock.lock_open, name="lock_open"),
    path("lock/active/", lock.lock_active, name="lock_active"),
    path("switch-person/", switch_person.switch_person, name="switch_person"),
    path("switch-person/other/", switch_person.other_person, name="other_person"),
    path("switch-person/<int:pk>/", switch_person.chosen_person, name="chosen_person"),
    path("own-pin/", own_pin.own_pin, name="own_pin"),
    path("own-pin/remove/", own_pin.remove_own_pin, name="remove_own_pin"),
    path("org/devices/", devices.devices, name="devices"),
    path("org/devices/<int:pk>/revoke/", devices.device_revoke, name="device_revoke"),
    path("org/people/", people.people, name="people"),
    path("org/people/new/", people.person_new, name="person_new"),
    path("org/people/<int:pk>/", people.person, name="person"),
    path("org/people/<int:pk>/assign/", people.person_assign, name="person_assign"),
    path("org/people/<int:pk>/password/", people.person_password, name="person_password"),
    path("org/people/<int:pk>/dismiss/", people.person_dismiss, name="person_dismiss"),
    path("org/assignments/<int:pk>/end/", people.assignment_end, name="assignment_end"),
    path("org/posts/", posts.posts, name="posts"),
    path("org/posts/<slug:code>/", posts.post, name="post"),
    path("org/posts/<slug:code>/rights/", posts.post_rights, name="post_rights"),
]
