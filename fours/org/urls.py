from django.urls import path

from fours.org.views import people, posts, setup

urlpatterns = [
    path("org/setup/", setup.setup, name="setup"),
    path("org/setup/people/", setup.setup_people, name="setup_people"),
    path("org/setup/bays/", setup.setup_bays, name="setup_bays"),
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
